"""Who are you, by AK/SK: the real SDK, its own canonical requests, its own errors."""

import datetime
import socket

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm
from huaweicloudsdkecs.v2 import EcsClient, ListServersDetailsRequest, ShowServerRequest
from huaweicloudsdkecs.v2.region.ecs_region import EcsRegion
from huaweicloudsdktms.v1 import ListPredefineTagsRequest, TmsClient
from huaweicloudsdktms.v1.region.tms_region import TmsRegion
import urllib3.util.connection

import shapes
from demo import ACCOUNT_ID, EAST, PROJECT, ROOT_USER, SERVER, VIEWER
from sdk import Sdk, canonical_requests

LIST = ListServersDetailsRequest()
WRONG_SK = "0" * 40


@pytest.fixture
def cloud_names(server, monkeypatch):
    """The cloud's real names, resolved to this server; the SDK is as it comes."""
    port = int(server.https.rsplit(":", 1)[1])
    original = urllib3.util.connection.create_connection

    def connect(address, *arguments, **keywords):
        host, wanted = address
        assert host.endswith(".myhuaweicloud.com") and wanted == 443, address
        return original(("127.0.0.1", port), *arguments, **keywords)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    config = HttpConfig.get_default_config()
    config.ssl_ca_cert = server.ca
    return config


def refused(call, *arguments):
    with pytest.raises(exceptions.ClientRequestException) as caught:
        call(*arguments)
    return caught.value


# --- it works


def test_the_guides_sample_lists_eight_servers(sdk):
    answer = sdk.ecs().list_servers_details(LIST)
    assert (answer.count, len(answer.servers)) == (8, 8)
    assert {server.name for server in answer.servers} >= {"cce-612884-06913"}
    shown = next(server for server in answer.servers if server.id == SERVER)
    assert shown.status == "ACTIVE"
    assert shown.flavor.id == "s3.small.1"
    [address] = shown.addresses["377a7782-72e4-4db2-96b7-841d5d6f18a8"]
    assert (address.addr, address.version) == ("192.168.0.206", "4")


def test_the_guides_sample_runs_unchanged_on_the_clouds_own_names(cloud_names):
    client = (
        EcsClient.new_builder()
        .with_http_config(cloud_names)
        .with_credentials(BasicCredentials(ROOT_USER.ak, ROOT_USER.sk))
        .with_region(EcsRegion.value_of("cn-north-4"))
        .build()
    )
    assert client.list_servers_details(LIST).count == 8


def test_a_global_service_runs_unchanged_on_the_clouds_own_names(cloud_names):
    client = (
        TmsClient.new_builder()
        .with_http_config(cloud_names)
        .with_credentials(GlobalCredentials(ROOT_USER.ak, ROOT_USER.sk))
        .with_region(TmsRegion.value_of("cn-north-4"))
        .build()
    )
    assert client.list_predefine_tags(ListPredefineTagsRequest()).total_count is not None


@pytest.mark.parametrize("region,count", [("cn-north-4", 8), ("cn-east-3", 0), ("ap-southeast-1", 0)])
def test_a_key_works_in_every_region(sdk, region, count):
    assert sdk.ecs(region=region).list_servers_details(LIST).count == count


@pytest.mark.parametrize(
    "region", ["cn-north-1", "cn-east-2", "cn-south-1", "cn-southwest-2", "af-south-1", "la-south-2"]
)
def test_every_region_of_the_catalogue_has_its_project(sdk, region):
    assert sdk.ecs(region=region).list_servers_details(LIST).count == 0


def test_a_key_works_on_a_global_service(sdk):
    sdk.tms().list_predefine_tags(ListPredefineTagsRequest())
    sdk.tms(domain_id=ACCOUNT_ID).list_predefine_tags(ListPredefineTagsRequest())


def test_the_sdk_looks_the_project_up_once(server, sdk):
    sdk.ecs()
    before = server.run("admin", "journal", "--json").stdout
    sdk.ecs()
    assert server.run("admin", "journal", "--json").stdout == before


def test_query_values_of_every_kind_verify(sdk):
    client = sdk.ecs(project_id=PROJECT)
    for request in (
        ListServersDetailsRequest(limit=3, offset=2),
        ListServersDetailsRequest(name="a b+c/ä%~*'()"),
        ListServersDetailsRequest(tags="k=v,k2=v 2"),
        ListServersDetailsRequest(name=""),
    ):
        client.list_servers_details(request)


# --- the AK


def test_an_unknown_key_stops_the_sdk_at_its_first_look_up(sdk):
    with pytest.raises(exceptions.SdkException) as caught:
        sdk.ecs("NOSUCHACCESSKEY00001", ROOT_USER.sk)
    text = str(caught.value)
    assert "Failed to get project id of region 'cn-north-4', ClientRequestException - {" in text
    assert "status_code:401" in text and "error_code:APIGW.0301" in text
    assert (
        "error_msg:Incorrect IAM authentication information: ak NOSUCHACCESSKEY00001 not exist"
        in text
    )


def test_an_unknown_key_is_refused_by_every_service(sdk):
    unknown = "NOSUCHACCESSKEY00002"
    for call in (
        lambda: sdk.ecs(unknown, WRONG_SK, project_id=PROJECT).list_servers_details(LIST),
        lambda: sdk.tms(unknown, WRONG_SK, ACCOUNT_ID).list_predefine_tags(
            ListPredefineTagsRequest()
        ),
    ):
        error = refused(call)
        assert (error.status_code, error.error_code) == (401, "APIGW.0301")
        assert error.error_msg == shapes.AUTHENTICATION + f"ak {unknown} not exist"
        assert shapes.REQUEST_ID.match(error.request_id)


# --- the SK: the message shows the very text that the SDK signed


@pytest.fixture
def key(iam):
    """A key of its own: failures lock a key."""
    user = iam.create_user()
    return iam.create_key(user)


def signature_message(canonical):
    return (
        shapes.AUTHENTICATION
        + "verify aksk signature fail, canonicalRequest:"
        + canonical.replace("\n", "|")
    )


def test_a_wrong_secret_shows_the_canonical_request_of_the_look_up(sdk, key):
    with canonical_requests() as built, pytest.raises(exceptions.SdkException) as caught:
        sdk.ecs(key[0], WRONG_SK)
    assert len(built) == 1
    assert built[0].startswith("GET\n/v3/projects/\nname=cn-north-4\nhost:")
    message = str(caught.value).split("error_msg:", 1)[1].split(",encoded_authorization_message")[0]
    assert message == signature_message(built[0])


@pytest.mark.parametrize(
    "request_",
    [
        ListServersDetailsRequest(limit=10, name="ä b+c"),
        ShowServerRequest(server_id=SERVER),
        ShowServerRequest(server_id="a/b c%2Fd:é"),
    ],
    ids=["query", "path", "odd path"],
)
def test_a_wrong_secret_shows_the_canonical_request_of_any_call(sdk, key, request_):
    client = sdk.ecs(key[0], WRONG_SK, project_id=PROJECT)
    call = (
        client.show_server
        if isinstance(request_, ShowServerRequest)
        else client.list_servers_details
    )
    with canonical_requests() as built:
        error = refused(call, request_)
    assert (error.status_code, error.error_code) == (401, "APIGW.0301")
    assert error.error_msg == signature_message(built[-1])


@pytest.mark.parametrize("wrong", [ROOT_USER.sk + "\n", " " + ROOT_USER.sk, ROOT_USER.sk[:-1]])
def test_a_damaged_secret_is_a_wrong_secret(sdk, wrong):
    error = refused(
        sdk.ecs(ROOT_USER.ak, wrong, project_id=PROJECT).list_servers_details, LIST
    )
    assert error.status_code == 401
    assert "verify aksk signature fail" in error.error_msg
    sdk.ecs(project_id=PROJECT).list_servers_details(LIST)  # a success ends the run of failures


def test_a_key_is_locked_after_more_than_five_failures(server, plain, sdk, iam):
    ak, sk = iam.create_key(iam.create_user())
    for _ in range(6):
        error = refused(sdk.ecs(ak, WRONG_SK, project_id=PROJECT).list_servers_details, LIST)
        assert "verify aksk signature fail" in error.error_msg
    error = refused(sdk.ecs(ak, sk, project_id=PROJECT).list_servers_details, LIST)
    assert error.status_code == 401
    assert error.error_msg == shapes.AUTHENTICATION + "AK access failed to reach the limit,forbidden"
    # Others are not concerned; nor is this key, five minutes later.
    assert sdk.ecs(project_id=PROJECT).list_servers_details(LIST).count == 8
    server.advance("5m1s")
    try:
        signed = server.run("call", "GET", plain.url + f"/v1/{PROJECT}/cloudservers/detail", "-i",
                            "--ak", ak, "--sk", sk, check=False).stdout
        assert "signature expired" in signed or "Ecs.0110" in signed, signed
        assert "reach the limit" not in signed
    finally:
        server.run("admin", "clock", "reset")


# --- the signed request itself


def signed(server, method, url, *more, user=VIEWER):
    """Headers that `jianmen sign` makes; a test then spoils what is sent."""
    made = server.json("sign", method, url, "--ak", user.ak, "--sk", user.sk, *more)
    return dict(made["headers"])


def test_what_sign_prints_is_accepted(server, wire):
    path = f"/v1/{PROJECT}/cloudservers/detail?limit=1"
    assert wire.get(path, headers=signed(server, "GET", wire.url + path)).json()["count"] == 8


@pytest.mark.parametrize("hours", [-8, -1, 1, 8])
def test_a_clock_that_is_off_is_told_with_both_times(server, wire, hours):
    path = f"/v1/{PROJECT}/cloudservers/detail"
    date = (datetime.datetime.utcnow() + datetime.timedelta(hours=hours)).strftime("%Y%m%dT%H%M%SZ")
    answer = wire.get(path, headers=signed(server, "GET", wire.url + path, "--date", date))
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301")
    assert answer.json()["error_msg"].startswith(
        shapes.AUTHENTICATION
        + f"calc aksk signature fail:signature expired, signature time:{date},server time:"
    )


def test_fourteen_minutes_are_within_the_limit(server, wire):
    path = f"/v1/{PROJECT}/cloudservers/detail"
    date = (datetime.datetime.utcnow() - datetime.timedelta(minutes=14)).strftime("%Y%m%dT%H%M%SZ")
    headers = signed(server, "GET", wire.url + path, "--date", date)
    assert wire.get(path, headers=headers).status_code == 200


def test_a_signature_is_good_for_one_request_only(server, wire):
    path = f"/v1/{PROJECT}/cloudservers/detail"
    headers = signed(server, "GET", wire.url + path + "?limit=1")
    assert wire.get(path + "?limit=1", headers=headers).status_code == 200
    for spoiled in (
        lambda: wire.get(path + "?limit=2", headers=headers),
        lambda: wire.get(path, headers=headers),
        lambda: wire.get(f"/v1/{EAST}/cloudservers/detail?limit=1", headers=headers),
        lambda: wire.call("DELETE", path + "?limit=1", headers=headers),
        lambda: wire.get(path + "?limit=1", headers=headers | {"Host": "ecs.cn-north-4.myhuaweicloud.com"}),
    ):
        answer = spoiled()
        assert answer.status_code in (401, 404), answer.text
        assert wire.get(path + "?limit=1", headers=headers).status_code == 200


def test_a_body_that_was_not_signed_is_refused(server, wire):
    path = f"/v1/{PROJECT}/cloudservers/action"
    body = '{"os-stop":{"servers":[{"id":"%s"}]}}' % SERVER
    headers = signed(server, "POST", wire.url + path, "-d", body, "-H", "Content-Type: application/json")
    other = body.replace("os-stop", "os-start")
    assert wire.call("POST", path, headers=headers, data=other).status_code == 401
    # The same signature over its own body: known, and not allowed to.
    shapes.no_role(wire.call("POST", path, headers=headers, data=body))


@pytest.mark.parametrize(
    "authorization",
    [
        "SDK-HMAC-SHA256",
        "SDK-HMAC-SHA256 Access=",
        f"SDK-HMAC-SHA256 Access={VIEWER.ak}, SignedHeaders=, Signature=",
        f"SDK-HMAC-SHA256 Access={VIEWER.ak}, SignedHeaders=host;x-sdk-date, Signature=" + "0" * 64,
        f"SDK-HMAC-MD5 Access={VIEWER.ak}, SignedHeaders=host;x-sdk-date, Signature=" + "0" * 64,
        "Bearer abc",
        "AWS4-HMAC-SHA256 Credential=x/20260101/r/s/aws4_request, SignedHeaders=host, Signature=0",
    ],
)
def test_what_is_no_signature_lets_nobody_in(wire, authorization):
    answer = wire.servers(headers={"Authorization": authorization, "X-Sdk-Date": "20260101T000000Z"})
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301"), answer.text


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm), ids=lambda a: a.name)
def test_every_algorithm_of_the_sdk_verifies(sdk, algorithm):
    sdk.config.signing_algorithm = algorithm
    client = sdk.ecs(VIEWER.ak, VIEWER.sk)
    error = refused(sdk.ecs(VIEWER.ak, WRONG_SK, project_id=PROJECT).list_servers_details, LIST)
    assert (error.status_code, error.error_code) == (401, "APIGW.0301")
    assert client.list_servers_details(LIST).count == 8


# --- the network


def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(exceptions.ConnectionException):
            Sdk(url).ecs(project_id=PROJECT).list_servers_details(LIST)


def test_an_unknown_authority_is_told_as_such(server):
    with pytest.raises(exceptions.SslHandShakeException):
        Sdk(server.https).ecs(project_id=PROJECT).list_servers_details(LIST)
