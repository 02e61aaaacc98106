"""TMS, a global service: predefined tags of an account, and tags on servers through it."""

import pytest
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdktms import v1 as tms

from demo import PROJECT, SERVER
from wire import unique


@pytest.fixture
def client(sdk):
    return sdk.tms()


def predefine(client, action, *pairs):
    tags = [tms.PredefineTagRequest(key=key, value=value) for key, value in pairs]
    body = tms.ReqCreatePredefineTag(action=action, tags=tags)
    return client.create_predefine_tags(tms.CreatePredefineTagsRequest(body=body))


def predefined(client, **filters):
    answer = client.list_predefine_tags(tms.ListPredefineTagsRequest(limit=1000, **filters))
    return {(tag.key, tag.value) for tag in answer.tags}


def test_predefined_tags_come_and_go(client):
    key = unique("key")
    assert predefine(client, "create", (key, "a"), (key, "b")).status_code == 204
    assert predefine(client, "create", (key, "a")).status_code == 204
    assert predefined(client, key=key) == {(key, "a"), (key, "b")}
    assert predefined(client, key=key.upper(), value="A") == {(key, "a")}

    body = tms.ModifyPrefineTag(
        old_tag=tms.PredefineTagRequest(key=key, value="a"),
        new_tag=tms.PredefineTagRequest(key=key, value="c"),
    )
    answer = client.update_predefine_tags(tms.UpdatePredefineTagsRequest(body=body))
    assert answer.status_code == 204
    assert predefined(client, key=key) == {(key, "b"), (key, "c")}

    assert predefine(client, "delete", (key, "b"), (key, "c"), (key, "never")).status_code == 204
    assert predefined(client, key=key) == set()


def test_the_last_page_has_no_marker(client):
    key = unique("page")
    predefine(client, "create", *[(key, str(i)) for i in range(5)])
    seen, marker = [], None
    for _ in range(10):
        answer = client.list_predefine_tags(
            tms.ListPredefineTagsRequest(key=key, limit=2, marker=marker, order_field="value")
        )
        assert answer.total_count == 5
        seen += [tag.value for tag in answer.tags]
        marker = answer.marker
        if not marker:
            break
    assert sorted(seen) == ["0", "1", "2", "3", "4"]
    predefine(client, "delete", *[(key, str(i)) for i in range(5)])


@pytest.mark.parametrize(
    "action,pairs,code",
    [
        ("Create", [("k", "v")], "TMS.0011"),
        ("create", [], "TMS.0012"),
        ("create", [("k" * 37, "v")], "TMS.0009"),
        ("create", [("k", "v" * 44)], "TMS.0010"),
        ("create", [("a*b", "v")], "TMS.0009"),
    ],
)
def test_a_bad_tag_is_refused_by_its_code(client, action, pairs, code):
    before = predefined(client)
    with pytest.raises(exceptions.ClientRequestException) as caught:
        predefine(client, action, *pairs)
    assert (caught.value.status_code, caught.value.error_code) == (400, code)
    assert predefined(client) == before


def test_tags_reach_a_server_through_the_tag_service(client, sdk):
    key = unique("res")
    resources = [tms.ResourceTagBody(resource_id=SERVER, resource_type="ecs")]
    body = tms.ReqCreateTag(
        project_id=PROJECT,
        resources=resources,
        tags=[tms.CreateTagRequest(key=key, value="v")],
    )
    answer = client.create_resource_tag(tms.CreateResourceTagRequest(body=body))
    assert (answer.status_code, answer.failed_resources) == (200, [])

    from huaweicloudsdkecs.v2 import ShowServerRequest

    server = sdk.ecs().show_server(ShowServerRequest(server_id=SERVER)).server
    assert f"{key}=v" in server.tags
    shown = client.show_resource_tag(
        tms.ShowResourceTagRequest(resource_id=SERVER, resource_type="ecs", project_id=PROJECT)
    )
    assert (key, "v") in {(tag.key, tag.value) for tag in shown.tags}

    body = tms.ReqDeleteTag(
        project_id=PROJECT, resources=resources, tags=[tms.DeleteTagRequest(key=key)]
    )
    answer = client.delete_resource_tag(tms.DeleteResourceTagRequest(body=body))
    assert answer.failed_resources == []
    server = sdk.ecs().show_server(ShowServerRequest(server_id=SERVER)).server
    assert f"{key}=v" not in (server.tags or [])


def test_an_unknown_resource_fails_alone(client):
    resources = [
        tms.ResourceTagBody(resource_id=SERVER, resource_type="ecs"),
        tms.ResourceTagBody(
            resource_id="78ccc986-016f-4405-94f9-000000000000", resource_type="ecs"
        ),
    ]
    key = unique("half")
    body = tms.ReqCreateTag(
        project_id=PROJECT, resources=resources, tags=[tms.CreateTagRequest(key=key, value="v")]
    )
    answer = client.create_resource_tag(tms.CreateResourceTagRequest(body=body))
    assert [failed.resource_id for failed in answer.failed_resources] == [resources[1].resource_id]


def test_quota_and_providers(client):
    [quota] = client.show_tag_quota(tms.ShowTagQuotaRequest()).quotas
    assert quota.quota_key == "predefine_tag" and quota.quota_limit >= 500
    providers = client.list_providers(tms.ListProvidersRequest(limit=200)).providers
    assert "ecs" in {provider.provider for provider in providers}
