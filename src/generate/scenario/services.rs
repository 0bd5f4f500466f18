//! Services and images of the marketplace, which are ruled by what happened rather than by a clock.

use super::super::{
    clock::DAY,
    deal::Deal,
    lines::{IMAGE, SERVICE},
    scene::Scene,
};

const NEGLECTED: &str = "refund-service-neglected";
const BUYER: &str = "refund-service-buyer-cause";

/// A service bought long enough ago for three months to pass.
fn old_service(s: &mut Scene) -> Deal {
    let until = s.as_of.plus_days(-160);
    s.deal_between(&SERVICE, SERVICE.from, until)
}

pub(super) fn completed(s: &mut Scene) {
    let mut deal = s.deal(&SERVICE);
    let at = deal.after(8 * DAY);
    deal.event("service_requested", deal.after(DAY), None);
    deal.event("service_completed", at, None);
    deal.refund_against(at, &["refund-service-completed"]);
    s.close(deal, "The service was completed in the very second of the request.");
}

pub(super) fn never_asked_for(s: &mut Scene) {
    let mut deal = old_service(s);
    let at = deal.after(0).plus_months(3).plus(1);
    deal.refund_against(at, &[NEGLECTED]);
    s.close(deal, "Nobody asked for the service, and three months were over by one second.");
}

pub(super) fn question_left_open(s: &mut Scene) {
    let mut deal = old_service(s);
    let asked_at = deal.after(2 * DAY);
    deal.event("service_requested", deal.after(DAY), None);
    deal.event("information_requested", asked_at, None);
    deal.refund_against(asked_at.plus_months(3).plus(1), &[NEGLECTED]);
    s.close(deal, "A question to the buyer had been open for three months and a second.");
}

pub(super) fn delivery_left_lying(s: &mut Scene) {
    let mut deal = old_service(s);
    let delivered_at = deal.after(20 * DAY);
    let limit = delivered_at.plus_months(3);
    deal.event("service_requested", deal.after(DAY), None);
    deal.event("service_delivered", delivered_at, Some(limit.plus(1)));
    deal.refund_against(limit.plus(2), &[NEGLECTED]);
    s.close(deal, "The buyer reacted to the delivery one second after three months.");
}

pub(super) fn out_of_scope(s: &mut Scene) {
    let mut deal = s.deal(&SERVICE);
    let at = deal.after(6 * DAY);
    deal.event("service_requested", deal.after(DAY), None);
    deal.event("service_out_of_scope", at.plus(-DAY), None);
    deal.refund_against(at, &[BUYER]);
    s.close(deal, "The buyer had asked for more than the service holds.");
}

pub(super) fn unlawful(s: &mut Scene) {
    let mut deal = s.deal(&SERVICE);
    let at = deal.after(6 * DAY);
    deal.event("service_requested", deal.after(DAY), None);
    deal.event("service_unlawful", at, None);
    deal.refund_against(at, &[BUYER]);
    s.close(deal, "What the buyer wanted was against the law.");
}

pub(super) fn image_in_use(s: &mut Scene) {
    let mut deal = s.deal(&IMAGE);
    let at = deal.after(3 * DAY);
    deal.event("image_in_use", deal.after(3600), Some(at.plus(1)));
    deal.refund_against(at, &["refund-image-in-use"]);
    s.close(deal, "The image was in use until one second after the request.");
}
