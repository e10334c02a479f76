//! Hashes that other programs have made (OpenSSL, Python's hashlib, crypt(3)), each of the same password.

use super::super::{HashLimits, PasswordHash, PasswordHasher, PlainPassword, Verdict};
use super::*;
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use std::sync::Arc;

const PASSWORD: &str = "correct horse";

const HASHES: &[&str] = &[
    "$2b$04$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK",
    "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$1$fd7sj3dk$WSafk6qsNHHNW7FK3OVgj/",
    "$md5-crypt$fd7sj3dk$WSafk6qsNHHNW7FK3OVgj/",
    "$5$saltsaltsalt$7axwV9kT3PvvGXgJl1FcfUCHLdLFhWk/dIFhzsbucLB",
    "$sha256-crypt$saltsaltsalt$7axwV9kT3PvvGXgJl1FcfUCHLdLFhWk/dIFhzsbucLB",
    "$6$rounds=1000$saltsalt$4GMtaIz3E1AdDi2SmCokEW0ehi.HdxNDcL3fGE1XXuzvo6kbx7UOloZKONqEk5H3JrQA4NOfU8BmqFPrpGqwA1",
    "$sha512-crypt$rounds=1000$saltsalt$4GMtaIz3E1AdDi2SmCokEW0ehi.HdxNDcL3fGE1XXuzvo6kbx7UOloZKONqEk5H3JrQA4NOfU8BmqFPrpGqwA1",
    "$pbkdf2-sha1$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$EUcKisx+yviAqdTmlEPmy+5ykUVSCgcJIG6nNVgerx4",
    "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$BBs+1+PaslLtBPULUr8/lQicvVuHiEPMz0i8MjLCbzM",
    "$pbkdf2-sha384$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$q901c6a4SaxDT5f9wYTU02y/R+Urm/Cf2hgwAcvZ3ho",
    "$pbkdf2-sha512$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$EHLBej+uEvxlmr0QnHnceg1vM6h1wbwSP5XErh3Smiw",
    "$scrypt$ln=1024,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA==$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI=",
    "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI",
    "{SSHA}RVkYfPxb39JKWtqZoYqBfJgg5JZzYWx0c2FsdHNhbHRzYWx0",
    "{SSHA256}wEnUrf4eKBHFaEcBzbunAIeulPy9aDbdjT3DH/zokcJzYWx0c2FsdHNhbHRzYWx0",
    "{SSHA512}ERPsIkwGxop/pHrjl04jlGBFcEcGixRqr2XjH8ytZJ9hFGoi6gaOfwAjaeO8rZaKBf2v7ygZicYporaO9T1NMnNhbHRzYWx0c2FsdHNhbHQ=",
    "$md5$PLTnMmMfR+brlh80VUt83g==",
    "$md5$pf=e1NBTFR9OntQQVNTV09SRH0=$c2FsdHNhbHRzYWx0c2FsdA==$MQU47UInL/WcoA6V12yAYw==",
    "$sha1$pf=e1NBTFR9OntQQVNTV09SRH0=$c2FsdHNhbHRzYWx0c2FsdA==$y2L9lvFi3m0lDA8V6H2kjQZIILM=",
    "$sha256$pf=e1NBTFR9OntQQVNTV09SRH0=$c2FsdHNhbHRzYWx0c2FsdA==$B+LgXAB0B4Dqux7/UQDPyGph55/I4EZKvgtUx4//JoE=",
    "$sha512$pf=e1NBTFR9OntQQVNTV09SRH0=$c2FsdHNhbHRzYWx0c2FsdA==$JCxwLrgaoI/utddpa2KB/NPLF5I44GoCBGCstxCJUu8/N5c8aK6PNuCBwlOkItbC8Ze0/h2wEtKkgwAMzyk8OQ==",
    "$hmac-md4$MzY4NGNmZGE5ZTBjNDNiNjgwZjMwY2JhZGVhZDU5ZDk=$c2FsdHNhbHRzYWx0c2FsdA==",
    "$hmac-md5$NjdkM2EyM2U4MjhlYTFhMmJhY2JmZjljNTY0MmRiYjc=$c2FsdHNhbHRzYWx0c2FsdA==",
    "$hmac-sha1$YzdlNTkwNGNmZWNkMThiNmJmNTQzNWMyNjZiMDczYTJjM2FlOGQ0Nw==$c2FsdHNhbHRzYWx0c2FsdA==",
    "$hmac-sha224$NjNjZGRlZmExZjZmNjUxNTA2MmUxY2YxODkyMDA3ZWIyYjJlNjYyZGZkYjJkZjlkYTNlYTNjN2U=$c2FsdHNhbHRzYWx0c2FsdA==",
    "$hmac-sha256$ZTQ1YzdiMmE1NjQ1MjhmYjllYTA4NjYwZTE4OTdjNmM1NGYwNzgwZDQ3NzE3NjQ0MTc0MTM2MTEwY2E1M2U0YQ==$c2FsdHNhbHRzYWx0c2FsdA==",
    "$hmac-sha384$MzE4MTRjYmFkZjBmYTQ1NGY1MDIyYTU4M2EwMjJhZWJmMWQzMTY4MTM3MTA5NDU3ZjllMjAxMjhkOGM1MzNkZDk2OWM2ZWMzN2Y4YzBhOTA4ZjdhZDk1OGVhOThlNWZk$c2FsdHNhbHRzYWx0c2FsdA==",
    "$hmac-sha512$NzI0NzkwNWY0ZDU4YjNlMDM0YTZiZmEwN2U3ZGQzMWE1ZjZkYzY1ZGE0NzQwNWE4YjY1OTM0MjQ1MTJhYjE5ODg0MDYxM2ZjZDg3OTZiYjg4NWM3Y2Y2ZmE5YmQ0OGI2YWQ4NTZkZGI1ZGUwMmE0YWZmMDYwZWJlZmI3MDRlMWU=$c2FsdHNhbHRzYWx0c2FsdA==",
    "$firescrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA==$BV9JhK6kKX991sOjDK59kLIDeUfJs097/oHzW7o/Twp3eiIM09XTmSs6zY/+EuqqVMnJOaq+ahhLo4dKOOnMaw==$Cg==$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
];

fn is_of(text: &str, password: &str) -> bool {
    let foreign = Foreign::read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    foreign.is_of(password.as_bytes()).unwrap()
}

#[test]
fn sec_g11_each_family_that_kratos_reads_opens_with_its_password_only() {
    for text in HASHES {
        assert!(is_of(text, PASSWORD), "{text}");
        for wrong in ["correct horsf", "correct hors", "correct horse ", "", "Correct horse"] {
            assert!(!is_of(text, wrong), "{text} {wrong:?}");
        }
    }
}

#[test]
fn the_hash_of_crypt_follows_every_length() {
    for (password, hash) in [
        ("", "$1$ab$rn6aQS/o7141mj179E/zA."),
        ("a very long password of more than sixteen bytes, indeed", "$1$ab$mbAeDpEKR/nHofSbxUEZy0"),
    ] {
        assert!(is_of(hash, password), "{hash}");
    }
}

#[test]
fn argon2_of_other_kinds_and_lengths_is_read() {
    let params = Params::new(64, 1, 1, Some(64)).unwrap();
    for (name, algorithm) in [("argon2i", Algorithm::Argon2i), ("argon2id", Algorithm::Argon2id)] {
        let mut tag = [0; 64];
        let argon2 = Argon2::new(algorithm, Version::V0x13, params.clone());
        argon2.hash_password_into(PASSWORD.as_bytes(), b"saltsalt", &mut tag).unwrap();
        let (salt, tag) = (STANDARD_NO_PAD.encode(b"saltsalt"), STANDARD_NO_PAD.encode(tag));
        let text = format!("${name}$v=19$m=64,t=1,p=1${salt}${tag}");
        assert!(is_of(&text, PASSWORD) && !is_of(&text, "x"), "{text}");
    }
}

#[test]
fn sec_g11_what_costs_too_much_or_would_open_to_everybody_is_refused() {
    let long = format!("$md5${}", "A".repeat(1_000_000));
    for text in [
        "",
        "plain",
        "$",
        "{SSHA}",
        "{CRYPT}x",
        "$unknown$x",
        "$md5$",
        "$md5$AAAA",
        &long,
        // Costs.
        "$2b$31$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK",
        "$2b$16$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK",
        "$argon2i$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2i$v=19$m=64,t=1000000000,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2i$v=16$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$pbkdf2-sha256$i=5000001,l=32$c2FsdA$BBs+1+PaslLtBPULUr8/lQicvVuHiEPMz0i8MjLCbzM",
        "$pbkdf2-sha256$i=0,l=32$c2FsdA$BBs+1+PaslLtBPULUr8/lQicvVuHiEPMz0i8MjLCbzM",
        "$pbkdf2-sha256$i=99999999999,l=32$c2FsdA$BBs+1+PaslLtBPULUr8/lQicvVuHiEPMz0i8MjLCbzM",
        "$scrypt$ln=22,r=8,p=1$c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI",
        "$scrypt$ln=4294967295,r=8,p=1$c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI",
        "$scrypt$ln=10,r=4294967295,p=1$c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI",
        "$scrypt$ln=10,r=8,p=17$c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI",
        "$6$rounds=999999999$saltsalt$4GMtaIz3E1AdDi2SmCokEW0ehi.HdxNDcL3fGE1XXuzvo6kbx7UOloZKONqEk5H3JrQA4NOfU8BmqFPrpGqwA1",
        // What every password would open, or nothing.
        "$pbkdf2-sha256$i=1000,l=0$c2FsdA$",
        "$scrypt$ln=10,r=8,p=1$c2FsdA$",
        "$firescrypt$ln=10,r=8,p=1$c2FsdA==$$Cg==$",
        "$sha256$pf=e1NBTFR9$c2FsdA==$B+LgXAB0B4Dqux7/UQDPyGph55/I4EZKvgtUx4//JoE=",
        "$hmac-sha256$$c2FsdA==",
        "$hmac-md2$NjdkM2EyM2U4MjhlYTFhMmJhY2JmZjljNTY0MmRiYjc=$c2FsdA==",
        "{SSHA}RVkYfPxb39JKWtqZoYqBfJgg5JY=",
        "$1$toolongasalt$WSafk6qsNHHNW7FK3OVgj/",
        "$6$saltsalt$short",
    ] {
        let shown: String = text.chars().take(80).collect();
        assert!(PasswordHash::import(text).is_err(), "{shown}");
    }
}

#[tokio::test]
async fn sec_g11_a_hash_from_elsewhere_asks_to_be_replaced() {
    let limits = HashLimits { memory_kib: 64, iterations: 1, workers: 1, queue: 64 };
    let hasher = PasswordHasher::start(limits, Arc::new(SystemRandom), Arc::new(SystemClock)).unwrap();
    for text in HASHES {
        let hash = PasswordHash::import(text).unwrap();
        let verdict = |typed: &str| hasher.verify(PlainPassword::new(typed).unwrap(), Some(hash.clone()));
        assert_eq!(verdict(PASSWORD).await.unwrap(), Verdict { matches: true, rehash: true }, "{text}");
        assert_eq!(verdict("x").await.unwrap(), Verdict { matches: false, rehash: false }, "{text}");
    }
    // Other systems have hashed what was typed, and not its normal form.
    let typed = "ﬁne pass\u{301}words";
    let tag = STANDARD_NO_PAD.encode(Digest::Md5.of(typed.as_bytes()));
    let hash = PasswordHash::import(&format!("$md5${tag}")).unwrap();
    let verdict = hasher.verify(PlainPassword::new(typed).unwrap(), Some(hash)).await.unwrap();
    assert!(verdict.matches);
}
