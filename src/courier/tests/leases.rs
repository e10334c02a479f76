//! Two couriers, one outbox: nobody delivers what another holds, and nothing is lost with a courier that died.

use std::collections::HashSet;
use std::time::Duration;

use super::smtp_sink::SmtpSink;
use super::world::{World, code_mail, worlds};
use crate::courier::schedule::ATTEMPTS;
use crate::model::{Message, MessageStatus};
use crate::outbox::LEASE;
use crate::store;
use crate::store::lots::Lot;
use crate::store::messages::AfterFailure;

/// Claims like a courier that dies before it says what became of it.
async fn claim_and_die(world: &World) -> Vec<Message> {
    world
        .work
        .write(|cx| {
            Ok(store::messages::claim_due(cx.db, cx.now, &Lot::of("the dead one", cx.now + LEASE, 8))?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn sec_f16_two_couriers_never_deliver_the_same_mail() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let mut ids = HashSet::new();
        for n in 0..40 {
            ids.insert(world.queue(&format!("reader{n}@example.org"), code_mail("12345678")).await);
        }
        let (one, other) = (world.courier(&sink), world.courier(&sink));
        let (first, second) = tokio::join!(one.deliver_due(), other.deliver_due());
        let rest = one.deliver_due().await.unwrap();
        assert_eq!(first.unwrap() + second.unwrap() + rest, 40);
        let seen: Vec<String> = sink.mails().into_iter().flat_map(|mail| mail.to).collect();
        assert_eq!((seen.len(), seen.iter().collect::<HashSet<_>>().len()), (40, 40));
    }
}

#[tokio::test]
async fn sec_f02_what_a_dead_courier_held_is_delivered_when_its_lease_has_run_out() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        assert_eq!(claim_and_die(&world).await.len(), 1);
        let courier = world.courier(&sink);
        world.clock.advance(LEASE - Duration::from_secs(1));
        assert_eq!(courier.deliver_due().await.unwrap(), 0);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(courier.deliver_due().await.unwrap(), 1);
        let message = world.message(id).await;
        assert_eq!((message.status, message.attempts), (MessageStatus::Sent, 2));
    }
}

#[tokio::test]
async fn a_mail_that_ends_every_courier_is_given_up() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        for _ in 0..ATTEMPTS {
            assert_eq!(claim_and_die(&world).await.len(), 1);
            world.clock.advance(LEASE);
        }
        world.courier(&sink).deliver_due().await.unwrap();
        let message = world.message(id).await;
        assert_eq!((message.status, sink.connections()), (MessageStatus::Abandoned, 0));
        assert_eq!(message.last_error.unwrap(), "its deliveries were interrupted");
    }
}

#[tokio::test]
async fn whoever_lost_its_lease_cannot_say_that_the_delivery_failed() {
    for world in worlds().await {
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        claim_and_die(&world).await;
        world.clock.advance(LEASE);
        let ours = world
            .work
            .write(move |cx| {
                let claimed =
                    store::messages::claim_due(cx.db, cx.now, &Lot::of("the living one", cx.now + LEASE, 8))?;
                assert_eq!(claimed.len(), 1);
                let then = AfterFailure::Abandon { erase: true };
                Ok(store::messages::mark_failed(cx.db, id, "the dead one", cx.now, "late", then)?)
            })
            .await
            .unwrap();
        assert!(!ours);
        assert_eq!(world.message(id).await.status, MessageStatus::Processing);
    }
}

#[tokio::test]
async fn sec_inv7_a_late_success_counts_and_spares_a_second_mail() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        claim_and_die(&world).await;
        world.clock.advance(LEASE);
        let sent = world.work.write(move |cx| Ok(store::messages::mark_sent(cx.db, id, cx.now, true)?)).await;
        assert!(sent.unwrap());
        assert_eq!((world.courier(&sink).deliver_due().await.unwrap(), sink.connections()), (0, 0));
    }
}

#[tokio::test]
async fn whoever_was_never_tried_goes_before_whoever_failed() {
    for world in worlds().await {
        let old = world.queue("old@example.org", code_mail("12345678")).await;
        claim_and_die(&world).await;
        world.clock.advance(LEASE);
        let new = world.queue("new@example.org", code_mail("12345678")).await;
        let claim = |owner: &'static str| {
            world.work.write(move |cx| {
                Ok(store::messages::claim_due(cx.db, cx.now, &Lot::of(owner, cx.now + LEASE, 1))?)
            })
        };
        assert_eq!(claim("a").await.unwrap()[0].id, new);
        assert_eq!(claim("b").await.unwrap()[0].id, old);
        assert!(claim("c").await.unwrap().is_empty());
    }
}
