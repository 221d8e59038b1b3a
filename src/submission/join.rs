//! What is read of several files of a branch, put together into one submission. Every value keeps its own file.

use std::sync::Arc;

use super::model::{ServingTable, Spot, Submission};

/// Puts together what was read of each file, all by one roster. `roster` is the one that it is from, `latest` the one that
/// says whose it is and where what is missing belongs.
pub fn join(mut parts: Vec<Submission>, roster: usize, latest: usize) -> Submission {
    let mut whole = Submission::of_roster(Arc::clone(&parts[latest].file), Vec::new());
    whole.cover = std::mem::take(&mut parts[latest].cover);
    whole.branch_scheme = parts.iter().find_map(|part| part.branch_scheme);
    whole.year_read = parts.iter().all(|part| part.year_read);
    whole.nameless.members = parts[roster].nameless.members;
    for (at, mut part) in parts.into_iter().enumerate() {
        let first = whole.sheets.len() as u16;
        let moved = |spot: &mut Spot| spot.sheet += first;
        let files = part.files.iter().cloned().chain(std::iter::repeat(Arc::clone(&part.file)));
        whole.files.extend(files.take(part.sheets.len()));
        whole.sheets.append(&mut part.sheets);
        if at == roster {
            for member in &mut part.members {
                moved(&mut member.at);
                [&mut member.id_at, &mut member.born_at, &mut member.seq_at].into_iter().flatten().for_each(moved);
            }
            whole.members = part.members;
            whole.roster_columns = part.roster_columns;
        }
        let layouts = whole.layouts.len() as u32;
        whole.layouts.append(&mut part.layouts);
        for mut entry in part.entries {
            moved(&mut entry.at);
            entry.layout += layouts;
            whole.entries.push(entry);
        }
        if whole.ballots.is_empty() {
            whole.ballots.resize_with(part.ballots.len(), Default::default);
        }
        for (at, votes) in part.ballots.into_iter().enumerate() {
            for mut own in votes {
                own.cast.iter_mut().for_each(|cast| moved(&mut cast.at));
                whole.vote_mut(at as u32, own.poll.into(), own.period).add(own);
            }
        }
        part.adjustments.iter_mut().for_each(|one| moved(&mut one.at));
        part.vetoes.iter_mut().for_each(|one| moved(&mut one.at));
        part.nominations.iter_mut().for_each(|one| moved(&mut one.at));
        part.branch_entries.iter_mut().for_each(|one| moved(&mut one.at));
        whole.adjustments.append(&mut part.adjustments);
        whole.vetoes.append(&mut part.vetoes);
        whole.nominations.append(&mut part.nominations);
        whole.branch_entries.append(&mut part.branch_entries);
        let tables = |tables: Vec<ServingTable>| tables.into_iter().map(move |table| ServingTable { sheet: table.sheet + first, ..table });
        // The latest file's come first: what is missing is looked for on them.
        add_tables(&mut whole.entry_tables, tables(part.entry_tables), at == latest);
        add_tables(&mut whole.poll_tables, tables(part.poll_tables), at == latest);
        add_tables(&mut whole.branch_tables, tables(part.branch_tables), at == latest);
        whole.unreadable.append(&mut part.unreadable);
        whole.written.append(&mut part.written);
        whole.nameless.entries += part.nameless.entries;
        whole.nameless.branch_entries += part.nameless.branch_entries;
    }
    whole.entries.sort_by_key(|entry| (entry.member, entry.period, entry.own, entry.day, entry.at));
    whole.adjustments.sort_by_key(|adjustment| (adjustment.member, adjustment.at));
    whole.vetoes.sort_by_key(|fact| (fact.member, fact.at));
    whole.nominations.sort_by_key(|nomination| (nomination.honour, nomination.period, nomination.member, nomination.at));
    whole.branch_entries.sort_by_key(|entry| (entry.period, entry.item));
    whole
}

/// One that cannot be used stands behind those that can.
fn add_tables(all: &mut Vec<ServingTable>, tables: impl Iterator<Item = ServingTable>, first: bool) {
    let at = if first { 0 } else { all.len() };
    all.splice(at..at, tables);
    all.sort_by_key(|table| !table.usable);
}
