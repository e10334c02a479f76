//! The running server: listeners, courier, webhooks, notifier, janitor, reloads; and how all of it comes to a good end.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::stop::{Servers, Signals};
use super::{
    ClientsFile, Listeners, StartError, check_templates, data_secret, janitor, reload, search_index,
};
use crate::courier::{Courier, Evaluator, Transport, Webhooks};
use crate::cx::Work;
use crate::notifier::Notifier;
use crate::web::demo::Demo;
use crate::web::{self, Face, Patience, Site};

/// How long the courier may take to finish the messages in its hands.
const LAST_MESSAGES: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT, and then finishes what has begun. `announce` is called once everything listens.
pub async fn serve(
    work: Work,
    listeners: Listeners,
    clients: ClientsFile,
    announce: impl FnOnce() -> io::Result<()>,
) -> Result<(), StartError> {
    let mut signals = Signals::new().map_err(failed)?;
    let evaluator = Evaluator::of_this_program();
    let faults = check_templates(&work.env().settings, &evaluator).await;
    if faults.are_fatal() {
        return Err(StartError::Configuration(faults));
    }
    for fault in faults.0 {
        tracing::warn!(place = fault.place, problem = fault.problem, "a template is not as it should be");
    }
    let site = Site::new(work.clone(), Patience::default())?;
    let mut servers = start(&site, listeners).map_err(failed)?;
    let (stop, stopped) = watch::channel(false);
    let mut chores = chores(work, clients, evaluator, &stopped);
    if let Some(tls) = site.tls() {
        let watched = reload::certificate(Arc::clone(tls), reload::hangups(), stopped.clone());
        chores.spawn(named("the certificate", watched));
    }
    let settings = &site.work().env().settings;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        issuer = settings.issuer,
        public = %settings.public,
        admin = %settings.admin,
        "ready"
    );
    announce().map_err(failed)?;

    // Neither a listener nor a chore ends by itself. If one does, whoever runs this process starts it again.
    let broken = tokio::select! {
        signal = signals.next() => {
            tracing::info!(signal, "stopping");
            None
        }
        ended = servers.ended() => Some(ended.err().map_or("a listener".to_owned(), |why| why.to_string())),
        Some(ended) = chores.join_next() => Some(ended.map_or_else(|why| why.to_string(), str::to_owned)),
    };
    site.drain();
    servers.stop(&mut signals).await;
    let _nobody_is_left = stop.send(true);
    let finished = async { while chores.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_MESSAGES, finished).await.is_err() {
        tracing::warn!("a mail was under way for too long; it will be sent again after the next start");
    }
    tracing::info!("stopped");
    match broken {
        None => Ok(()),
        Some(what) => Err(StartError::Refused(format!("a part of the server ended: {what}"))),
    }
}

/// Lets everything listen.
fn start(site: &Arc<Site>, listeners: Listeners) -> io::Result<Servers> {
    let issuer_address = listeners.public.local_addr()?;
    let mut serving = vec![
        web::listen(Arc::clone(site), Face::Public, listeners.public)?,
        web::listen(Arc::clone(site), Face::Admin, listeners.admin)?,
    ];
    if let Some(demo) = listeners.demo {
        let env = site.work().env();
        let about = Demo {
            issuer: env.settings.issuer.clone(),
            issuer_address,
            api: super::demo::url(&demo.api)?,
            client_id: super::demo::CLIENT.to_owned(),
            clock: Arc::clone(&env.clock),
        };
        serving.push(web::demo::listen_spa(&about, demo.spa)?);
        serving.push(web::demo::listen_api(about, demo.api)?);
    }
    let mut servers = Servers::default();
    for server in serving {
        let handle = server.handle();
        servers.add(server, async move { handle.stop(true).await });
    }
    Ok(servers)
}

/// Starts what runs beside the listeners.
fn chores(
    work: Work,
    clients: ClientsFile,
    evaluator: Evaluator,
    stopped: &watch::Receiver<bool>,
) -> JoinSet<&'static str> {
    let settings = &work.env().settings;
    let transport = match (&settings.courier.smtp, settings.is_development()) {
        (Some(smtp), false) => Transport::Smtp(smtp.clone()),
        _ => Transport::Inbox,
    };
    let hangups = reload::hangups();
    let mut chores = JoinSet::new();
    let secrets = data_secret::run(work.clone(), reload::hangups(), stopped.clone());
    chores.spawn(named("the data secrets", secrets));
    let courier = Courier::evaluating_with(work.clone(), transport, evaluator.clone());
    chores.spawn(named("the courier", courier.run(stopped.clone())));
    let webhooks = Webhooks::new(work.clone(), evaluator);
    chores.spawn(named("the webhooks", webhooks.run(stopped.clone())));
    chores.spawn(named("the notifier", Notifier::new(work.clone()).run(stopped.clone())));
    chores.spawn(named("the janitor", janitor::run(work.clone(), stopped.clone())));
    chores.spawn(named("the search index", search_index::run(work.clone(), stopped.clone())));
    chores
        .spawn(named("the clients' file", reload::clients(work.clone(), clients, hangups, stopped.clone())));
    chores.spawn(named("the signing keys", reload::keys(work, stopped.clone())));
    chores
}

fn failed(why: io::Error) -> StartError {
    StartError::Refused(why.to_string())
}

/// The chore's name, when it has ended.
async fn named(name: &'static str, chore: impl Future<Output = ()>) -> &'static str {
    chore.await;
    name
}
