//! Records of exports, tied to each other across files before they are taken.

use crate::{
    export::{self, convert::Linker},
    ingest::{ExportRead, FileRead, Records, Source, accept, assume},
    record::{Defect, OrderId, OrderRow},
    time::Offset,
};

/// Stands for the canonical files where the linker asks for a file.
const KNOWN: usize = usize::MAX;

/// An order of a canonical file, so far as refunds of exports are tied to orders by it.
pub(super) fn as_export(order: &OrderRow<'_>) -> export::convert::Record {
    let role = export::dialect::Role::Orders;
    let mut cells = vec![None; role.columns().len()];
    let known = [
        ("order_id", Some(order.order_id.to_owned())),
        ("instance_id", order.instance_id.map(str::to_owned)),
        ("account_id", Some(order.account_id.to_owned())),
        ("product", Some(order.product.to_owned())),
        ("package_type", Some(order.package_type.to_owned())),
        ("order_kind", Some(order.kind.word().to_owned())),
        ("paid_at", Some(order.paid_at.earliest().text(Offset::BEIJING))),
    ];
    for (column, text) in known {
        cells[role.place_of(column).expect("orders have the column")] = text;
    }
    export::convert::Record {
        role,
        cells: export::convert::Cells::of(cells),
        part: 0,
        line: order.at.line,
        rows: 0,
        resources: Vec::new(),
        sign_as_read: None,
        assumed: Vec::new(),
        product: None,
        notes: Vec::new(),
    }
}

/// Ties records together and takes them one by one. `known` are the orders of canonical files.
pub(super) fn link(
    exports: Vec<(&Source, ExportRead)>,
    mut known: Vec<(OrderId, export::convert::Record)>,
    files: &mut [FileRead],
    defects: &mut Vec<Defect>,
    mut take: impl FnMut(Records),
) {
    let mut linker = Linker::default();
    known.sort_by(|(a, one), (b, other)| (a, one.line).cmp(&(b, other.line)));
    for (_, order) in known {
        let at_once = linker.add(KNOWN, order);
        debug_assert!(at_once.is_none(), "an order waits for refunds to be tied to it");
    }
    let mut sources = Vec::with_capacity(exports.len());
    let mut through = Vec::new();
    for (place, (source, read)) in exports.into_iter().enumerate() {
        sources.push(source);
        defects.extend(read.defects);
        for file in read.files {
            let at = file.id.0 as usize;
            files[at] = file;
        }
        let at_once = read.records.into_iter().filter_map(|record| linker.add(place, record));
        through.extend(at_once.map(|record| (place, record)));
    }
    through.extend(linker.finish());
    // An order of a canonical file is a record already.
    for (place, mut record) in through.into_iter().filter(|(place, _)| *place != KNOWN) {
        assume(&mut record);
        let at = sources[place].parts[record.part].0.0 as usize;
        let mut records = Records::default();
        accept(&record, &mut files[at], &mut records, defects);
        take(records);
    }
}
