//! To whom mails go, and what the administration sees of them.

use std::time::Duration;

use super::smtp_sink::SmtpSink;
use super::world::{TEN_MINUTES, code_mail, worlds};
use crate::model::{Mail, Message, MessageStatus};
use crate::store;

#[tokio::test]
async fn sec_i02_an_address_that_is_more_than_an_address_is_given_up_unsent() {
    let hostile = [
        "ann@x.example,eve@y.example",
        "ann@x.example;eve@y.example",
        "ann@x.example\r\nCc: eve@y.example",
        "ann@x.example\nRCPT TO:<eve@y.example>",
        "ann@x.example%0aCc:eve@y.example",
        "ann@x.example\u{2028}eve",
        "ann@x.example\u{85}",
        "ann@x.example\0",
        "\"ann@x.example, eve\"@y.example",
        "<ann@x.example>",
        "Ann <ann@x.example>",
        "ann@@x.example",
        "ann@x.example@y.example",
        "ann",
        "@x.example",
        "ann@",
        "",
        " ann@x.example",
    ];
    for world in worlds().await {
        let sink = SmtpSink::start();
        let courier = world.courier(&sink);
        for address in hostile.iter().filter(|address| !address.contains('\0')) {
            let id = world.queue(address, code_mail("12345678")).await;
            courier.deliver_due().await.unwrap();
            let message = world.message(id).await;
            assert_eq!(message.status, MessageStatus::Abandoned, "{address:?}");
            assert!(!message.last_error.unwrap().contains("eve"));
        }
        assert_eq!(sink.connections(), 0);
    }
    assert!(hostile.iter().all(|address| crate::courier::envelope::address(address).is_none()));
}

#[tokio::test]
async fn sec_v08_a_foreign_domain_is_written_in_ascii_and_a_foreign_name_is_not_guessed() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let courier = world.courier(&sink);
        let domain = world.queue("ada@bücher.example", code_mail("12345678")).await;
        let name = world.queue("märy@example.org", code_mail("12345678")).await;
        courier.deliver_due().await.unwrap();
        assert_eq!(world.message(domain).await.status, MessageStatus::Sent);
        assert_eq!(sink.mails()[0].to, ["ada@xn--bcher-kva.example"]);
        let refused = world.message(name).await;
        assert_eq!(refused.status, MessageStatus::Abandoned);
        assert_eq!(sink.mails().len(), 1);
    }
}

#[tokio::test]
async fn page_1_6_the_administration_lists_the_newest_first_page_by_page() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(world.queue(&format!("reader{}@example.org", n % 2), Mail::AccountExists).await);
            world.clock.advance(Duration::from_secs(1));
        }
        world.courier(&sink).deliver_due().await.unwrap();
        ids.reverse();
        let list = |after: Option<Message>, status, recipient: Option<&'static str>| {
            let work = world.work.clone();
            async move {
                let after = after.map(|message| (message.created_at, message.id));

                work.read(move |cx| Ok(store::messages::list(cx.db, after, 2, status, recipient)?))
                    .await
                    .unwrap()
            }
        };
        let first = list(None, None, None).await;
        let second = list(first.last().cloned(), None, None).await;
        let third = list(second.last().cloned(), None, None).await;
        let seen: Vec<_> = [first, second, third].concat().iter().map(|message| message.id).collect();
        assert_eq!(seen, ids);
        assert!(list(None, Some(MessageStatus::Abandoned), None).await.is_empty());
        let of_one = list(None, Some(MessageStatus::Sent), Some("reader1@example.org")).await;
        assert_eq!(of_one.iter().map(|message| message.id).collect::<Vec<_>>(), [ids[1], ids[3]]);
        let before = world.work.now() + TEN_MINUTES;
        let gone = world.work.write(move |cx| Ok(store::messages::delete_expired(cx.db, before, 3)?)).await;
        assert_eq!((gone.unwrap(), list(None, None, None).await.len()), (3, 2));
    }
}
