"""A server's whole life through the real SDK: create, job, show, stop, start, rename, tag, delete."""

import time

import pytest
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkecs import v2 as ecs

from demo import PROJECT, SERVER

LIMIT_SECONDS = 30


def finish(client, job_id):
    """Polls as programs do; the job's last answer."""
    limit = time.monotonic() + LIMIT_SECONDS
    while True:
        job = client.show_job(ecs.ShowJobRequest(job_id=job_id))
        assert job.status in ("INIT", "RUNNING", "SUCCESS", "FAIL"), job
        if job.status in ("SUCCESS", "FAIL"):
            return job
        assert time.monotonic() < limit, job
        time.sleep(0.02)


def succeed(client, job_id):
    job = finish(client, job_id)
    assert job.status == "SUCCESS", job
    assert job.error_code is None and job.fail_reason is None
    assert job.end_time
    return job


def show(client, server_id):
    return client.show_server(ecs.ShowServerRequest(server_id=server_id)).server


def order(client, name, **more):
    """A server like the demo's: same image, network and flavor, as a person copies from an existing one."""
    model = show(client, SERVER)
    ports = client.list_server_interfaces(ecs.ListServerInterfacesRequest(server_id=SERVER))
    return ecs.PostPaidServer(
        name=name,
        image_ref=model.image.id,
        flavor_ref="s6.small.1",
        vpcid=next(iter(model.addresses)),
        nics=[ecs.PostPaidServerNic(subnet_id=ports.interface_attachments[0].net_id)],
        root_volume=ecs.PostPaidServerRootVolume(volumetype="SSD"),
        **more,
    )


def create(client, name, **more):
    body = ecs.CreatePostPaidServersRequestBody(server=order(client, name, **more))
    return client.create_post_paid_servers(ecs.CreatePostPaidServersRequest(body=body))


def refused(call, request):
    with pytest.raises(exceptions.ClientRequestException) as caught:
        call(request)
    return caught.value


@pytest.fixture
def client(sdk):
    return sdk.ecs()


def test_the_life_of_a_server(client):
    made = create(client, "life")
    assert len(made.server_ids) == 1
    job = succeed(client, made.job_id)
    assert job.job_type == "createServer"
    [sub_job] = job.entities.sub_jobs
    assert sub_job.status == "SUCCESS"
    server_id = sub_job.entities.server_id
    assert [server_id] == made.server_ids

    server = show(client, server_id)
    assert (server.name, server.status, server.os_ext_st_svm_state) == ("life", "ACTIVE", "active")
    assert server.tenant_id == PROJECT
    assert server.flavor.id == "s6.small.1"
    assert server.metadata["charging_mode"] == "0"
    [[address]] = server.addresses.values()
    assert address.version == "4" and address.os_ext_ip_stype == "fixed"
    assert client.list_servers_details(ecs.ListServersDetailsRequest()).count == 9

    one = [ecs.ServerId(id=server_id)]
    stop = ecs.BatchStopServersRequestBody(os_stop=ecs.BatchStopServersOption(servers=one, type="SOFT"))
    succeed(client, client.batch_stop_servers(ecs.BatchStopServersRequest(body=stop)).job_id)
    server = show(client, server_id)
    assert (server.status, server.os_ext_st_svm_state, server.os_ext_st_spower_state) == (
        "SHUTOFF",
        "stopped",
        4,
    )

    start = ecs.BatchStartServersRequestBody(os_start=ecs.BatchStartServersOption(servers=one))
    succeed(client, client.batch_start_servers(ecs.BatchStartServersRequest(body=start)).job_id)
    server = show(client, server_id)
    assert (server.status, server.os_ext_st_spower_state) == ("ACTIVE", 1)

    reboot = ecs.BatchRebootServersRequestBody(
        reboot=ecs.BatchRebootSeversOption(servers=one, type="HARD")
    )
    succeed(client, client.batch_reboot_servers(ecs.BatchRebootServersRequest(body=reboot)).job_id)
    assert show(client, server_id).status == "ACTIVE"

    rename = ecs.UpdateServerRequestBody(server=ecs.UpdateServerOption(name="renamed"))
    answer = client.update_server(ecs.UpdateServerRequest(server_id=server_id, body=rename))
    assert (answer.status_code, answer.server.name) == (200, "renamed")
    assert show(client, server_id).name == "renamed"

    tags = [ecs.BatchAddServerTag(key="team", value="a"), ecs.BatchAddServerTag(key="bare", value="")]
    body = ecs.BatchCreateServerTagsRequestBody(action="create", tags=tags)
    answer = client.batch_create_server_tags(
        ecs.BatchCreateServerTagsRequest(server_id=server_id, body=body)
    )
    assert answer.status_code == 204
    assert sorted(show(client, server_id).tags) == ["bare", "team=a"]
    found = client.list_servers_details(ecs.ListServersDetailsRequest(tags="team=a"))
    assert [server.id for server in found.servers] == [server_id]
    shown = client.show_server_tags(ecs.ShowServerTagsRequest(server_id=server_id)).tags
    assert {(tag.key, tag.value) for tag in shown} == {("team", "a"), ("bare", "")}

    metadata = ecs.UpdateServerMetadataRequestBody(metadata={"owner": "me"})
    client.update_server_metadata(
        ecs.UpdateServerMetadataRequest(server_id=server_id, body=metadata)
    )
    assert show(client, server_id).metadata["owner"] == "me"

    delete = ecs.DeleteServersRequestBody(servers=one, delete_volume=True)
    succeed(client, client.delete_servers(ecs.DeleteServersRequest(body=delete)).job_id)
    error = refused(client.show_server, ecs.ShowServerRequest(server_id=server_id))
    assert (error.status_code, error.error_code) == (404, "Ecs.0114")
    assert error.error_msg == f"Instance[{server_id}] could not be found."
    assert client.list_servers_details(ecs.ListServersDetailsRequest()).count == 8


def test_the_newer_create_call_makes_several(client):
    model = order(client, "many")
    server = ecs.PrePaidServer(
        name="many",
        image_ref=model.image_ref,
        flavor_ref=model.flavor_ref,
        vpcid=model.vpcid,
        nics=[ecs.PrePaidServerNic(subnet_id=model.nics[0].subnet_id)],
        root_volume=ecs.PrePaidServerRootVolume(volumetype="SSD"),
        count=3,
        server_tags=[ecs.PrePaidServerTag(key="batch", value="1")],
    )
    body = ecs.CreateServersRequestBody(server=server)
    made = client.create_servers(ecs.CreateServersRequest(body=body))
    assert len(set(made.server_ids)) == 3
    job = succeed(client, made.job_id)
    assert {sub.entities.server_id for sub in job.entities.sub_jobs} == set(made.server_ids)
    names = sorted(show(client, server_id).name for server_id in made.server_ids)
    assert names == ["many-0001", "many-0002", "many-0003"]
    addresses = {
        address.addr
        for server_id in made.server_ids
        for address in sum(show(client, server_id).addresses.values(), [])
    }
    assert len(addresses) == 3
    delete = ecs.DeleteServersRequestBody(servers=[ecs.ServerId(id=i) for i in made.server_ids])
    succeed(client, client.delete_servers(ecs.DeleteServersRequest(body=delete)).job_id)


def test_a_dry_run_makes_nothing(client):
    body = ecs.CreatePostPaidServersRequestBody(server=order(client, "dry"), dry_run=True)
    answer = client.create_post_paid_servers(ecs.CreatePostPaidServersRequest(body=body))
    assert answer.status_code == 202
    assert client.list_servers_details(ecs.ListServersDetailsRequest(name="dry")).count == 0


@pytest.mark.parametrize(
    "changes,code",
    [
        ({"flavor_ref": "no.such.flavor"}, "Ecs.0029"),
        ({"image_ref": "00000000-0000-0000-0000-000000000000"}, "Ecs.0031"),
        ({"vpcid": "sdf"}, "Ecs.0005"),
        ({"name": ""}, "Ecs.0914"),
        ({"name": "bad/name"}, "Ecs.0915"),
        ({"admin_pass": "weak"}, "Ecs.0011"),
        ({"count": 100000}, "Ecs.0913"),
    ],
)
def test_a_bad_order_is_refused_by_its_code(client, changes, code):
    wanted = order(client, "bad")
    for field, value in changes.items():
        setattr(wanted, field, value)
    body = ecs.CreatePostPaidServersRequestBody(server=wanted)
    error = refused(client.create_post_paid_servers, ecs.CreatePostPaidServersRequest(body=body))
    assert error.status_code == 400
    assert error.error_code in (code, "Ecs.0005"), error
    assert client.list_servers_details(ecs.ListServersDetailsRequest()).count == 8


@pytest.mark.parametrize("server_id", ["abc", "78ccc986-016f-4405-94f9-000000000000"])
def test_an_unknown_server_is_not_found(client, server_id):
    error = refused(client.show_server, ecs.ShowServerRequest(server_id=server_id))
    assert (error.status_code, error.error_code) == (404, "Ecs.0114")
    assert error.error_msg == f"Instance[{server_id}] could not be found."


def test_a_list_is_paged_by_page_number(client):
    seen = []
    for page in range(1, 5):
        answer = client.list_servers_details(ecs.ListServersDetailsRequest(limit=3, offset=page))
        assert answer.count == 8
        seen += [server.id for server in answer.servers]
    assert len(seen) == len(set(seen)) == 8
    first = client.list_servers_details(ecs.ListServersDetailsRequest(limit=3, offset=0))
    assert [server.id for server in first.servers] == seen[:3]


@pytest.mark.parametrize(
    "filters,count",
    [
        ({"name": "06913"}, 1),
        ({"name": "cce-612884"}, 8),
        ({"status": "ACTIVE"}, 8),
        ({"status": "SHUTOFF"}, 0),
        ({"flavor": "s3.small.1"}, 8),
        ({"flavor": "s3.large.2"}, 0),
        ({"ip": "192.168.0.20"}, 4),
        ({"ip_eq": "192.168.0.206"}, 1),
        ({"tags": "no=such"}, 0),
    ],
)
def test_a_list_is_filtered(client, filters, count):
    answer = client.list_servers_details(ecs.ListServersDetailsRequest(**filters))
    assert (answer.count, len(answer.servers)) == (count, count)


def test_what_a_console_asks_first(client):
    flavors = client.list_flavors(ecs.ListFlavorsRequest()).flavors
    assert "s6.small.1" in {flavor.id for flavor in flavors}
    limits = client.show_server_limits(ecs.ShowServerLimitsRequest()).absolute
    assert limits.max_total_instances >= 1000
    zones = client.nova_list_availability_zones(ecs.NovaListAvailabilityZonesRequest())
    assert {zone.zone_name for zone in zones.availability_zone_info} >= {"cn-north-4a"}
    nova = client.nova_list_servers_details(ecs.NovaListServersDetailsRequest()).servers
    assert len(nova) == 8


def test_a_resize_needs_a_stopped_server_or_the_mode_that_stops_it(client):
    made = create(client, "resize")
    succeed(client, made.job_id)
    server_id = made.server_ids[0]
    option = ecs.ResizePrePaidServerOption(flavor_ref="s6.large.2", mode="withStopServer")
    body = ecs.ResizeServerRequestBody(resize=option)
    job = client.resize_server(ecs.ResizeServerRequest(server_id=server_id, body=body)).job_id
    succeed(client, job)
    server = show(client, server_id)
    assert (server.flavor.id, server.status) == ("s6.large.2", "ACTIVE")
    delete = ecs.DeleteServersRequestBody(servers=[ecs.ServerId(id=server_id)])
    succeed(client, client.delete_servers(ecs.DeleteServersRequest(body=delete)).job_id)
