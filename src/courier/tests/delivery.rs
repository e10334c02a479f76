//! What becomes of mails when the mail server is in a mood.

use std::time::Duration;

use tokio::sync::watch;

use super::smtp_sink::{SmtpSink, Treatment};
use super::world::{TEN_MINUTES, World, code_mail, env, worlds};
use crate::config::Mode;
use crate::courier::schedule::ATTEMPTS;
use crate::courier::{Courier, Transport, is_down};
use crate::model::{IdentityId, MessageStatus};
use crate::random::{Random, SystemRandom};

/// Longer than any wait of a mail of ten minutes.
const A_WHILE: Duration = Duration::from_secs(7 * 60);

fn somebody() -> IdentityId {
    IdentityId::from_uuid(SystemRandom.uuid())
}

#[tokio::test]
async fn a_mail_arrives_once_and_is_forgotten_here() {
    for world in worlds().await {
        let (sink, ada) = (SmtpSink::start(), somebody());
        let id = world.queue_for("ada@example.org", Some(ada), code_mail("12345678"), TEN_MINUTES).await;
        let courier = world.courier(&sink);
        assert_eq!(courier.deliver_due().await.unwrap(), 1);
        assert_eq!(courier.deliver_due().await.unwrap(), 0);
        let [mail] = sink.mails().try_into().unwrap();
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("login@example.org", &["ada@example.org".to_owned()][..])
        );
        assert_eq!(mail.code().unwrap(), "12345678");
        let message = world.message(id).await;
        assert_eq!(message.status, MessageStatus::Sent);
        assert_eq!((message.attempts, message.sent_at), (1, Some(world.work.now())));
        assert_eq!(message.sealed, "", "P01: what was said is erased");
        assert_eq!(world.facts(ada).await, ["message.sent"]);
    }
}

#[tokio::test]
async fn sec_f14_a_server_that_is_away_is_asked_five_times_with_growing_waits() {
    for world in worlds().await {
        let (sink, ada) = (SmtpSink::start(), somebody());
        let courier = world.courier(&sink);
        for _ in 0..ATTEMPTS {
            sink.next(Treatment::Unwelcome(421));
        }
        let id = world.queue_for("ada@example.org", Some(ada), code_mail("12345678"), TEN_MINUTES).await;
        let mut waits = Vec::new();
        for attempt in 1..ATTEMPTS {
            assert_eq!(courier.deliver_due().await.unwrap(), 1);
            let message = world.message(id).await;
            assert_eq!((message.status, message.attempts), (MessageStatus::Queued, attempt));
            let wait = message.next_attempt_at.since(world.work.now());
            assert_eq!(courier.deliver_due().await.unwrap(), 0, "not before its time");
            world.clock.advance(wait);
            waits.push(wait.as_secs());
        }
        assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
        assert!((4..=6).contains(&waits[0]) && waits.iter().sum::<u64>() < 600, "{waits:?}");
        assert_eq!(courier.deliver_due().await.unwrap(), 1);
        let message = world.message(id).await;
        assert_eq!(message.status, MessageStatus::Abandoned);
        assert!(message.sealed.starts_with("v1."), "a dead letter may be sent again while it is of use");
        assert!(message.last_error.unwrap().contains("421"));
        assert_eq!(world.facts(ada).await, ["message.abandoned"]);
        world.clock.advance(A_WHILE);
        assert_eq!((courier.deliver_due().await.unwrap(), sink.connections()), (0, 5));
    }
}

#[tokio::test]
async fn sec_f14_nobody_at_the_port_is_a_reason_to_try_again() {
    for world in worlds().await {
        let gone = SmtpSink::start().port();
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        world.courier_to(gone).deliver_due().await.unwrap();
        assert_eq!(world.message(id).await.status, MessageStatus::Queued);
        let sink = SmtpSink::start();
        world.clock.advance(A_WHILE);
        world.courier(&sink).deliver_due().await.unwrap();
        assert_eq!(world.message(id).await.status, MessageStatus::Sent);
    }
}

#[tokio::test]
async fn sec_f14_a_permanent_refusal_is_final() {
    for world in worlds().await {
        for treatment in [Treatment::Refuse(550), Treatment::RefuseData(554)] {
            let (sink, ada) = (SmtpSink::start(), somebody());
            sink.next(treatment);
            let id = world.queue_for("ada@example.org", Some(ada), code_mail("12345678"), TEN_MINUTES).await;
            world.courier(&sink).deliver_due().await.unwrap();
            let message = world.message(id).await;
            assert_eq!(message.status, MessageStatus::Abandoned);
            assert!(message.sealed.starts_with("v1."), "a dead letter may be sent again while it is of use");
            let why = message.last_error.unwrap();
            assert!(why.contains("55"), "{why}");
            assert!(!why.contains("12345678") && !why.contains("ada@"), "what the server quoted: {why}");
            assert_eq!(world.facts(ada).await, ["message.abandoned"]);
            assert!(sink.mails().is_empty());
        }
    }
}

#[tokio::test]
async fn sec_f14_a_passing_refusal_is_tried_again_with_the_same_code_and_the_same_id() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let courier = world.courier(&sink);
        // Taken, but the answer is lost: the second delivery is recognisable as the same mail (INV7).
        sink.next(Treatment::TakeAndDrop);
        sink.next(Treatment::Refuse(451));
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        for _ in 0..3 {
            assert_eq!(courier.deliver_due().await.unwrap(), 1);
            world.clock.advance(Duration::from_secs(130));
        }
        assert_eq!(world.message(id).await.status, MessageStatus::Sent);
        let [first, second] = sink.mails().try_into().unwrap();
        assert_eq!(first.data, second.data, "byte for byte");
        let message_id = first.header("Message-ID").unwrap();
        assert!(message_id.starts_with('<') && message_id.ends_with("@example.org>"), "{message_id}");
        assert!(!message_id.contains(&id.to_string()));
    }
}

#[tokio::test]
async fn sec_f14_a_mail_that_hangs_or_is_broken_delays_nobody() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        for (n, treatment) in
            [Treatment::Hang, Treatment::TakeAndHang, Treatment::Drop].into_iter().enumerate()
        {
            sink.treat(&format!("poison{n}@example.org"), treatment);
            world.queue(&format!("poison{n}@example.org"), code_mail("00000000")).await;
        }
        let broken = world.queue("broken@example.org", code_mail("00000000")).await;
        world
            .work
            .write(move |cx| {
                cx.db.batch(&format!("UPDATE messages SET data = 'v1.garbage' WHERE id = '{broken}'"))?;
                Ok(())
            })
            .await
            .unwrap();
        let mut good = Vec::new();
        for n in 0..9 {
            good.push(world.queue(&format!("reader{n}@example.org"), code_mail("12345678")).await);
        }
        assert_eq!(world.courier(&sink).deliver_due().await.unwrap(), 13);
        for id in good {
            assert_eq!(world.message(id).await.status, MessageStatus::Sent);
        }
        let broken = world.message(broken).await;
        assert_eq!(broken.status, MessageStatus::Queued);
        assert!(broken.last_error.unwrap().contains("sealed value"));
        let read: Vec<String> = sink.mails().into_iter().flat_map(|mail| mail.to).collect();
        assert_eq!(read.iter().filter(|to| to.starts_with("reader")).count(), 9);
    }
}

#[tokio::test]
async fn sec_f14_a_server_that_never_says_hello_costs_the_patience_and_no_more() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        sink.next(Treatment::Silence);
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        world.courier(&sink).deliver_due().await.unwrap();
        let message = world.message(id).await;
        assert_eq!(message.status, MessageStatus::Queued);
        assert_eq!(message.last_error.unwrap(), "the mail server took too long");
    }
}

#[tokio::test]
async fn sec_f14_a_server_that_hangs_after_taking_a_mail_gets_it_once() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        sink.next(Treatment::AcceptAndHang);
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        world.courier(&sink).deliver_due().await.unwrap();
        assert_eq!(world.message(id).await.status, MessageStatus::Sent);
        world.clock.advance(A_WHILE);
        assert_eq!((world.courier(&sink).deliver_due().await.unwrap(), sink.mails().len()), (0, 1));
    }
}

#[tokio::test]
async fn sec_f14_no_mail_goes_out_after_its_code_has_died() {
    for world in worlds().await {
        let (sink, ada) = (SmtpSink::start(), somebody());
        let id = world.queue_for("ada@example.org", Some(ada), code_mail("12345678"), TEN_MINUTES).await;
        world.clock.advance(TEN_MINUTES);
        assert_eq!(world.courier(&sink).deliver_due().await.unwrap(), 1);
        let message = world.message(id).await;
        assert_eq!((message.status, message.sealed.as_str()), (MessageStatus::Abandoned, ""));
        assert_eq!((message.last_error.as_deref(), sink.connections()), (Some("it expired"), 0));
        assert_eq!(world.facts(ada).await, ["message.abandoned"]);
    }
}

#[tokio::test]
async fn sec_f14_no_attempt_is_planned_for_after_the_death_of_the_code() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        sink.next(Treatment::Refuse(451));
        let useful = Duration::from_secs(4);
        let id = world.queue_for("ada@example.org", None, code_mail("12345678"), useful).await;
        world.courier(&sink).deliver_due().await.unwrap();
        assert_eq!(world.message(id).await.status, MessageStatus::Abandoned);
    }
}

#[tokio::test]
async fn page_1_6_mail_is_down_when_tries_pile_up_and_nothing_gets_through() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let courier = world.courier(&sink);
        let down = || world.work.read(is_down);
        sink.treat("poison@example.org", Treatment::Refuse(451));
        world.queue("ada@example.org", code_mail("12345678")).await;
        world.queue("poison@example.org", code_mail("12345678")).await;
        for _ in 0..2 {
            courier.deliver_due().await.unwrap();
            world.clock.advance(Duration::from_secs(10));
        }
        assert!(!down().await.unwrap(), "one address alone is no outage");
        world.clock.advance(Duration::from_secs(300));
        assert!(down().await.unwrap());
        world.queue("ben@example.org", code_mail("12345678")).await;
        courier.deliver_due().await.unwrap();
        assert!(!down().await.unwrap(), "it gets through again");
    }
}

#[tokio::test]
async fn in_development_the_inbox_keeps_what_was_said_and_nothing_leaves() {
    let world = World::on_sqlite(env(Mode::Development, &[]));
    let id = world.queue("ada@example.org", code_mail("12345678")).await;
    let courier = Courier::new(world.work.clone(), Transport::Inbox);
    assert_eq!(courier.deliver_due().await.unwrap(), 1);
    let message = world.message(id).await;
    assert_eq!(message.status, MessageStatus::Sent);
    let rendered = crate::courier::render(world.work.env(), &message).unwrap();
    assert_eq!(rendered.code.as_deref(), Some("12345678"));
}

#[tokio::test]
async fn a_running_courier_finds_what_is_queued_later_and_stops_when_told() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(world.courier(&sink).run(stopped));
        for n in 0..3 {
            let id = world.queue(&format!("reader{n}@example.org"), code_mail("12345678")).await;
            while world.message(id).await.status != MessageStatus::Sent {}
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(sink.mails().len(), 3);
    }
}

#[tokio::test]
async fn a_courier_that_is_told_to_stop_delivers_what_is_due_first() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        for n in 0..20 {
            world.queue(&format!("reader{n}@example.org"), code_mail("12345678")).await;
        }
        let (stop, stopped) = watch::channel(false);
        stop.send(true).unwrap();
        world.courier(&sink).run(stopped).await;
        assert_eq!(sink.mails().len(), 20);
        drop(stop);
    }
}
