"""Calls every operation of the administration that exists here with Ory's client for Python, which reads each answer into
its types and refuses what does not fit."""

import json
import sys
import urllib.request

import ory_kratos_client as kratos
from ory_kratos_client.exceptions import ApiException, BadRequestException, NotFoundException, UnauthorizedException

admin, issuer, cookies = sys.argv[1:]
BCRYPT = "$2b$04$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK"
TOTP = "otpauth://totp/acme:ada?algorithm=SHA1&digits=6&issuer=acme&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOBODY = "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11"


def refused(kind, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except kind:
        return
    except ApiException as other:
        raise AssertionError(f"{call.__name__} answers {other.status}") from other
    raise AssertionError(f"{call.__name__} is not refused")


identities = kratos.IdentityApi(kratos.ApiClient(kratos.Configuration(host=admin)))
schemas = kratos.IdentityApi(kratos.ApiClient(kratos.Configuration(host=issuer)))
courier = kratos.CourierApi(kratos.ApiClient(kratos.Configuration(host=admin)))

body = kratos.CreateIdentityBody(
    schema_id="default",
    traits={"email": "ada.py@example.org", "name": "Ada"},
    state="active",
    credentials=kratos.IdentityWithCredentials(
        password=kratos.IdentityWithCredentialsPassword(
            config=kratos.IdentityWithCredentialsPasswordConfig(hashed_password=BCRYPT)
        )
    ),
    verifiable_addresses=[
        kratos.VerifiableIdentityAddress(value="ada.py@example.org", via="email", verified=True, status="completed")
    ],
)
ada = identities.create_identity(create_identity_body=body)
read = identities.get_identity(ada.id, include_credential=["password"])
assert read.credentials["password"].identifiers == ["ada.py@example.org"], read
assert read.verifiable_addresses[0].verified is True
patch = [kratos.JsonPatch(op="replace", path="/traits/name", value="Ada Lovelace")]
assert identities.patch_identity(ada.id, json_patch=patch).traits["name"] == "Ada Lovelace"
refused(BadRequestException, identities.patch_identity, ada.id, json_patch=[kratos.JsonPatch(op="remove", path="/id")])
update = kratos.UpdateIdentityBody(schema_id="default", traits={"email": "ada.py@example.org"}, state="active")
assert identities.update_identity(ada.id, update_identity_body=update).traits == {"email": "ada.py@example.org"}

assert [person.id for person in identities.list_identities(ids=[ada.id])] == [ada.id]
assert [person.id for person in identities.list_identities(credentials_identifier="ada.py@example.org")] == [ada.id]
similar = identities.list_identities(preview_credentials_identifier_similar="ada.py", page_size=5)
assert [person.id for person in similar] == [ada.id]

batch = identities.batch_patch_identities(
    patch_identities_body=kratos.PatchIdentitiesBody(
        identities=[
            kratos.IdentityPatch(
                patch_id=NOBODY,
                create=kratos.CreateIdentityBody(schema_id="default", traits={"email": "batch.py@example.org"}),
            ),
            kratos.IdentityPatch(create=kratos.CreateIdentityBody(schema_id="default", traits={"email": "nobody"})),
        ]
    )
)
assert [one.action for one in batch.identities] == ["create", "error"], batch
assert batch.identities[0].patch_id == NOBODY

code = identities.create_recovery_code_for_identity(
    create_recovery_code_for_identity_body=kratos.CreateRecoveryCodeForIdentityBody(identity_id=ada.id, expires_in="1h")
)
assert len(code.recovery_code) == 8 and code.recovery_link.startswith(issuer)
link = identities.create_recovery_link_for_identity(
    create_recovery_link_for_identity_body=kratos.CreateRecoveryLinkForIdentityBody(identity_id=ada.id)
)
assert link.recovery_link.startswith(issuer)

sessions = identities.list_sessions(active=True, expand=["identity", "devices"])
assert {session.identity.traits["email"] for session in sessions} == {"anna@example.com"}, sessions
assert identities.get_session(sessions[0].id, expand=["identity"]).active is True
assert identities.list_identity_sessions(ada.id) == []
refused(NotFoundException, identities.get_session, NOBODY)
refused(NotFoundException, identities.extend_session, NOBODY)
refused(NotFoundException, identities.disable_session, NOBODY)
identities.delete_identity_sessions(ada.id)

assert [schema.id for schema in schemas.list_identity_schemas()] == ["default"]
assert schemas.get_identity_schema("default")["properties"]["email"]["type"] == "string"
# A message of a type that Kratos does not have is read all the same.
invited = urllib.request.Request(
    f"{admin}/admin/invitations",
    data=json.dumps({"email": "invited.py@example.org"}).encode(),
    headers={"Content-Type": "application/json"},
)
assert urllib.request.urlopen(invited).status == 201
messages = courier.list_courier_messages(page_size=10)
assert "You are invited to Acme Accounts" in {message.subject for message in messages}, messages
assert {message.template_type for message in messages} == {"stub"}, messages
refused(NotFoundException, courier.get_courier_message, NOBODY)

frontend = kratos.FrontendApi(kratos.ApiClient(kratos.Configuration(host=issuer)))
refused(UnauthorizedException, frontend.to_session)
session = frontend.to_session(cookie=cookies)
assert session.active and session.identity.traits["email"] == "anna@example.com", session
assert [how.method for how in session.authentication_methods] == ["password"], session
assert session.authenticator_assurance_level.value == "aal1", session

# This client has no types for second factors that are imported, but for those that are shown.
codes = {"codes": [{"code": "k3w9x0ab"}]}
factors = kratos.CreateIdentityBody(
    schema_id="default",
    external_id="crm.py",
    traits={"email": "factors.py@example.org"},
    credentials=kratos.IdentityWithCredentials(
        additional_properties={"totp": {"config": {"totp_url": TOTP}}, "lookup_secret": {"config": codes}}
    ),
)
made = identities.create_identity(create_identity_body=factors)
assert identities.get_identity_by_external_id("crm.py").id == made.id
assert set(identities.get_identity(made.id, include_credential=["totp"]).credentials) == {"totp", "lookup_secret"}
for kind in ["lookup_secret", "totp"]:
    identities.delete_identity_credentials(made.id, kind)
    refused(NotFoundException, identities.delete_identity_credentials, made.id, kind)

identities.delete_identity_credentials(ada.id, "password")
identities.delete_identity(ada.id)
refused(NotFoundException, identities.get_identity, ada.id)
print("every operation answered")
