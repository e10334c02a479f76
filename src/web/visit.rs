//! One request, as handlers see it: who comes, with what, and how to answer.

use std::cell::OnceCell;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::body;
pub use super::body::{BodyProblem, FormFields};
use super::cookies::Cookies;
use super::csrf::{self, Provenance};
use super::page::{Form, Frame};
use super::reply::Reply;
use super::{Face, Site, client, cookies, failure, language, path};
use crate::config::Settings;
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Caller, Env, Result, Work};
use crate::identity::SignedIn;
use crate::journey::{Step, Visitor};
use crate::model::{ApiKeyId, AuthorizationRequestId, Origin, RequestId, Session, TokenDigest};
use crate::oauth2::session_state::browser_state;
use crate::text::Catalogue;

/// One request. Cheap to clone.
#[derive(Clone)]
pub struct Visit(Rc<Inner>);

/// What only some handlers want to know is found out when they ask.
struct Inner {
    site: web::Data<Site>,
    face: Face,
    work: OnceCell<Work>,
    /// The same, once it is known with which key.
    administration: OnceCell<Work>,
    request: HttpRequest,
    request_id: RequestId,
    peer: IpAddr,
    query: OnceCell<Vec<(String, String)>>,
    body: Vec<u8>,
    problem: Option<BodyProblem>,
    cookies: OnceCell<Rc<Cookies>>,
    language: OnceCell<Arc<Catalogue>>,
    made: OnceCell<PlainToken>,
}

/// What the gate found out about a request before its handler.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrived {
    pub request_id: RequestId,
    pub peer: IpAddr,
    pub face: Face,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let missing = || actix_web::error::ErrorInternalServerError("the gate was passed by");
            let site = request.app_data::<web::Data<Site>>().cloned().ok_or_else(missing)?;
            let arrived = request.extensions().get::<Arrived>().copied().ok_or_else(missing)?;
            let cookies = match request.extensions().get::<Rc<Cookies>>() {
                Some(read) => OnceCell::from(Rc::clone(read)),
                None => OnceCell::new(),
            };
            let (body, problem) = body::read(&request, payload, arrived.face, site.patience.body).await;
            Ok(Self(Rc::new(Inner {
                work: OnceCell::new(),
                administration: OnceCell::new(),
                face: arrived.face,
                request_id: arrived.request_id,
                peer: arrived.peer,
                query: OnceCell::new(),
                body,
                problem,
                cookies,
                language: OnceCell::new(),
                made: OnceCell::new(),
                site,
                request,
            })))
        })
    }
}

/// What the browser calls itself, without what no log or page should hold, and not endless.
fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

impl Visit {
    /// What all requests share.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// Use cases on behalf of this caller.
    pub fn work(&self) -> &Work {
        if let Some(administration) = self.0.administration.get() {
            return administration;
        }
        let origin = if self.0.face == Face::Admin { Origin::Admin } else { Origin::SelfService };
        self.0.work.get_or_init(|| self.work_through(origin))
    }

    /// From now on every fact that this request brings about names the key.
    pub(super) fn act_with(&self, key: ApiKeyId) {
        let caller = Caller { api_key: Some(key), ..self.work().caller().clone() };
        self.0.administration.get_or_init(|| self.0.site.work().on_behalf_of(caller));
    }

    /// Use cases of the protocol: a client calls, not a person.
    pub fn protocol_work(&self) -> Work {
        self.work_through(Origin::Protocol)
    }

    fn work_through(&self, origin: Origin) -> Work {
        self.0.site.work().on_behalf_of(Caller {
            origin,
            peer: self.0.peer.to_string(),
            user_agent: user_agent(self.headers()),
            request: Some(self.0.request_id),
            api_key: None,
            language: (origin == Origin::SelfService).then(|| self.language().tag().to_owned()),
        })
    }

    fn cookies(&self) -> &Cookies {
        self.0.cookies.get_or_init(|| Rc::new(cookies::read(self.headers(), self.settings())))
    }

    /// Runs a point read: on this worker's own connection where that waits for nothing (SQLite), else on a reading
    /// thread.
    pub async fn read_here<T, F>(&self, work: &Work, use_case: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut crate::cx::Cx<'_>) -> Result<T> + Send + 'static,
    {
        if self.site().readers.are_possible(work.store()) {
            return self.site().readers.with(work.store(), |db| work.read_on(db, use_case));
        }
        work.read(use_case).await
    }

    /// The answer to a browser in which somebody is signed in from now on.
    pub fn signed_in(&self, reply: Reply, new: &SignedIn) -> Reply {
        let reply = reply.with_cookie(cookies::carrying(self.settings(), TokenKind::Session, &new.token));
        self.watched(reply.signing_in(), Some(&new.session))
    }

    /// The answer to a browser in which nobody is signed in any more.
    pub fn signed_out(&self, reply: Reply) -> Reply {
        self.watched(reply.with_cookie(cookies::without_session(self.settings())), None)
    }

    /// Tells the scripts that watch (OIDC Session Management 3) which session the browser has, if they may.
    pub fn watched(&self, reply: Reply, session: Option<&Session>) -> Reply {
        let settings = self.settings();
        match session {
            _ if !settings.session.management => reply,
            Some(session) => {
                reply.with_cookie(cookies::with_state(settings, browser_state(self.env(), session)))
            }
            None => reply.with_cookie(cookies::without_state(settings)),
        }
    }

    /// What lives as long as the process.
    pub fn env(&self) -> &Env {
        self.0.site.work().env()
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.env().settings
    }

    /// Which listener.
    pub fn face(&self) -> Face {
        self.0.face
    }

    /// The id of this request.
    pub fn request_id(&self) -> RequestId {
        self.0.request_id
    }

    /// The address that it comes from.
    pub fn peer(&self) -> IpAddr {
        self.0.peer
    }

    /// The method.
    pub fn method(&self) -> &Method {
        self.0.request.method()
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.0.request.path()
    }

    /// A part of the path by the name that it has in the route.
    pub fn path_part(&self, name: &str) -> &str {
        self.0.request.match_info().query(name)
    }

    /// Path and query, to come back to.
    pub fn here(&self) -> String {
        self.0.request.uri().path_and_query().map_or_else(String::new, ToString::to_string)
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.0.request.headers()
    }

    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// The parameters of the query, in their order.
    pub fn query(&self) -> &[(String, String)] {
        self.0.query.get_or_init(|| body::pairs(self.0.request.query_string().as_bytes()))
    }

    /// A parameter of the query; `None` if it is empty, absent, or came twice.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        body::once(self.query(), name)
    }

    /// A parameter of the query that is an id.
    pub fn id<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.query_value(name).and_then(|text| text.parse().ok())
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// What is wrong with the body.
    pub fn body_problem(&self) -> Option<BodyProblem> {
        self.0.problem
    }

    /// The fields of a form.
    pub fn form(&self) -> std::result::Result<FormFields, BodyProblem> {
        if let Some(problem) = self.0.problem {
            return Err(problem);
        }
        FormFields::read(self.header("content-type").unwrap_or_default(), &self.0.body)
    }

    /// Where the browser says that the request comes from.
    pub fn provenance(&self) -> Provenance {
        csrf::provenance(self.headers(), &self.settings().issuer)
    }

    /// Who comes. A browser that has no cookie yet gets one with the answer.
    pub fn visitor(&self) -> Visitor {
        let browser = match &self.cookies().browser {
            Some(token) => token.digest(),
            None => self
                .0
                .made
                .get_or_init(|| PlainToken::generate(TokenKind::Browser, self.env().random.as_ref()))
                .digest(),
        };
        Visitor { browser, session: self.cookies().session }
    }

    /// Whether the browser came with a cookie of ours.
    pub fn has_browser(&self) -> bool {
        self.cookies().browser.is_some()
    }

    /// What stands around every page.
    pub fn frame(&self) -> Frame {
        self.0.site.frame(self.0.request_id, Arc::clone(self.language()))
    }

    /// From now on this language is spoken; the first word counts.
    pub(super) fn speak(&self, language: Arc<Catalogue>) {
        self.0.language.get_or_init(|| language);
    }

    /// The language of the answer.
    pub fn language(&self) -> &Arc<Catalogue> {
        self.0.language.get_or_init(|| language::of_face(self.settings(), self.face(), self.headers()))
    }

    /// A form of a page of this browser.
    pub fn form_for(&self, action: &str, subject: &str, query: &str) -> Form {
        let csrf = csrf::token(&self.env().secrets, &self.visitor().browser, subject, action);
        let action = if query.is_empty() { action.to_owned() } else { format!("{action}?{query}") };
        Form { action, csrf }
    }

    /// A form of a flow's page.
    pub fn flow_form(&self, action: &str, flow: crate::model::FlowId) -> Form {
        self.form_for(action, &flow.to_string(), &format!("flow={flow}"))
    }

    /// A form of a waiting request's page.
    pub fn request_form(&self, action: &str, request: AuthorizationRequestId) -> Form {
        self.form_for(action, &request.to_string(), &format!("login_challenge={request}"))
    }

    /// Whether the form's token was made for this subject and target, and for this browser's digest.
    pub fn token_fits(
        &self,
        fields: &FormFields,
        subject: &str,
    ) -> impl Fn(&TokenDigest) -> bool + Send + use<> {
        let env = std::sync::Arc::clone(self.0.site.work().env());
        let (presented, subject) = (fields.get("csrf_token").to_owned(), subject.to_owned());
        let action = self.path().to_owned();
        move |browser| csrf::fits(&env.secrets, browser, &subject, &action, &presented)
    }

    /// Takes the person to a step.
    pub fn go(&self, step: &Step) -> Result<Reply> {
        match (path::of_step(step), step) {
            (Some(location), _) => Ok(Reply::see_other(&location)),
            (None, Step::Client(arrival)) => client::answer(self, arrival),
            // The page stands behind a GET of the same address, so that a reload repeats no form.
            (None, _) if self.method() == Method::POST => Ok(Reply::see_other(&self.here())),
            (None, Step::Lost(lost)) => failure::lost(self, lost),
            (None, _) => Ok(Reply::see_other(path::ACCOUNT)),
        }
    }

    /// Takes the person to a step, signed in.
    pub fn go_signed_in(&self, step: &Step, signed_in: Option<&SignedIn>) -> Result<Reply> {
        let reply = self.go(step)?;
        Ok(match signed_in {
            Some(new) => self.signed_in(reply, new),
            None => reply,
        })
    }

    /// The last touch of every answer to a person: the cookie that the browser got on the way. A refusal sets none.
    pub(super) fn finish(&self, reply: Reply) -> Reply {
        let is_refusal = reply.status().is_client_error() || reply.status().is_server_error();
        match self.0.made.get() {
            Some(token) if !is_refusal => {
                reply.with_cookie(cookies::carrying(self.settings(), TokenKind::Browser, token))
            }
            _ => reply,
        }
    }
}
