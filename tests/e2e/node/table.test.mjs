// The main rows of the guide's table with the real Node.js SDK, which sends {} as the body of its look-ups.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { beforeEach, test } from "node:test";

const require = createRequire(import.meta.url);
const core = require("@huaweicloud/huaweicloud-sdk-core");
const { AKSKSigner } = require("@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner");
const { AuthCache } = require("@huaweicloud/huaweicloud-sdk-core/internal/services/authcache");
const ecs = require("@huaweicloud/huaweicloud-sdk-ecs/v2/public-api");
const iam = require("@huaweicloud/huaweicloud-sdk-iam/v3/public-api");

const project = "05041fffa40025702f6dc009cc6f8f33";
const server = "78ccc986-016f-4405-94f9-c4d58421eca7";
const admin = ["JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly"];
const viewer = ["JIANMENDEMOVIEWER001", "jianmenDemoViewerSecretKeyForLocalUseOne"];
const newcomer = ["JIANMENDEMONEWBIE001", "jianmenDemoNewcomerSecretKeyForLocalOnly"];
const information = "Incorrect IAM authentication information: ";

const quiet = () => {};
const options = {
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet, setLevel: quiet, getLevel: quiet, setName: quiet },
};

// The SDK keeps project and account ids for the life of the process.
beforeEach(() => AuthCache.instance().authMap.clear());

const region = (id, url) => new core.Region(id, url);

function ecsClient(url, [ak, sk], { id = "cn-north-4", projectId } = {}) {
  const credential = new core.BasicCredentials().withAk(ak).withSk(sk).withIamEndpoint(url);
  if (projectId) credential.withProjectId(projectId);
  return ecs.EcsClient.newBuilder().withCredential(credential).withRegion(region(id, url)).withOptions(options).build();
}

function iamClient(url, [ak, sk]) {
  const credential = new core.GlobalCredentials().withAk(ak).withSk(sk).withIamEndpoint(url);
  return iam.IamClient.newBuilder().withCredential(credential).withRegion(region("cn-north-4", url)).withOptions(options).build();
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("not refused");
}

const list = new ecs.ListServersDetailsRequest();

async function finish(client, jobId) {
  for (const limit = Date.now() + 30_000; Date.now() < limit; ) {
    const request = new ecs.ShowJobRequest();
    request.jobId = jobId;
    const job = await client.showJob(request);
    if (job.status === "SUCCESS") return job;
    assert.notEqual(job.status, "FAIL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("the job does not end");
}

for (const scheme of ["http", "https"]) {
  const url = process.env[`JIANMEN_${scheme.toUpperCase()}`];
  const row = (name, body) => test(`${scheme}: ${name}`, body);

  row("an unknown key is refused at the first look-up", async () => {
    const error = await refusal(ecsClient(url, ["NOSUCHACCESSKEY00001", admin[1]]).listServersDetails(list));
    assert.equal(error.httpStatusCode, 401);
    assert.equal(error.errorCode, "APIGW.0301");
    assert.equal(error.errorMsg, `${information}ak NOSUCHACCESSKEY00001 not exist`);
  });

  row("a wrong secret shows the canonical request of the look-up, byte for byte", async () => {
    const built = [];
    const original = AKSKSigner.buildCanonicalRequest;
    AKSKSigner.buildCanonicalRequest = (...parts) => {
      built.push(original.apply(AKSKSigner, parts));
      return built.at(-1);
    };
    try {
      const error = await refusal(ecsClient(url, [viewer[0], "0".repeat(40)]).listServersDetails(list));
      assert.match(built[0], /^GET\n\/v3\/projects\/\nname=cn-north-4\n/);
      assert.equal(
        error.errorMsg,
        `${information}verify aksk signature fail, canonicalRequest:${built[0].replaceAll("\n", "|")}`,
      );
    } finally {
      AKSKSigner.buildCanonicalRequest = original;
    }
    await ecsClient(url, viewer).listServersDetails(list); // a success ends the run of failures
  });

  row("the guide's sample lists eight servers", async () => {
    const answer = await ecsClient(url, admin).listServersDetails(list);
    assert.equal(answer.count, 8);
    assert.equal(answer.servers.length, 8);
  });

  row("a key works in every region", async () => {
    assert.equal((await ecsClient(url, admin, { id: "cn-east-3" }).listServersDetails(list)).count, 0);
  });

  row("a newcomer is refused with every field", async () => {
    const error = await refusal(ecsClient(url, newcomer).listServersDetails(list));
    assert.equal(error.httpStatusCode, 403);
    assert.equal(error.errorCode, "Ecs.0110");
    assert.equal(error.errorMsg, "do not have the required roles, forbidden to perform this action.");
    assert.match(error.requestId, /^[0-9a-f]{32}$/);
  });

  row("a viewer sees and deletes nothing", async () => {
    const client = ecsClient(url, viewer, { projectId: project });
    assert.equal((await client.listServersDetails(list)).count, 8);
    const request = new ecs.DeleteServersRequest();
    request.body = { servers: [{ id: server }] };
    assert.equal((await refusal(client.deleteServers(request))).errorCode, "Ecs.0110");
  });

  row("a server is created, shown and deleted", async () => {
    const client = ecsClient(url, admin);
    const show = async (id) => {
      const request = new ecs.ShowServerRequest();
      request.serverId = id;
      return (await client.showServer(request)).server;
    };
    const model = await show(server);
    const ports = new ecs.ListServerInterfacesRequest();
    ports.serverId = server;
    const [port] = (await client.listServerInterfaces(ports)).interfaceAttachments;
    const create = new ecs.CreatePostPaidServersRequest();
    create.body = {
      server: {
        name: "node",
        imageRef: model.image.id,
        flavorRef: "s6.small.1",
        vpcid: Object.keys(model.addresses)[0],
        nics: [{ subnet_id: port.net_id ?? port.netId }],
        root_volume: { volumetype: "SSD" },
      },
    };
    const made = await client.createPostPaidServers(create);
    await finish(client, made.jobId ?? made.job_id);
    const [id] = made.serverIds;
    assert.equal((await show(id)).status, "ACTIVE");
    const remove = new ecs.DeleteServersRequest();
    remove.body = { servers: [{ id }] };
    const removed = await client.deleteServers(remove);
    await finish(client, removed.jobId ?? removed.job_id);
    const error = await refusal(show(id));
    assert.equal(error.httpStatusCode, 404);
    assert.equal(error.errorCode, "Ecs.0114");
  });

  row("a global key finds its account", async () => {
    const answer = await iamClient(url, admin).keystoneListUsers(new iam.KeystoneListUsersRequest());
    assert.ok(answer.users.some((user) => user.name === "newcomer"));
  });
}

test("nobody listens", async () => {
  const unused = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => unused.once("listening", resolve));
  const url = `http://127.0.0.1:${unused.address().port}`;
  await new Promise((resolve) => unused.close(resolve));
  const error = await refusal(ecsClient(url, admin, { projectId: project }).listServersDetails(list));
  assert.match(error.errorMsg, /ECONNREFUSED/);
});

const noRoom = process.env.E2E_ROOM === "no" && "this machine refuses namespaces";
test("the guide's sample runs as it is", { skip: noRoom }, () => {
  const sample = new URL("sample.mjs", import.meta.url).pathname;
  const done = spawnSync(process.env.JIANMEN, ["run", "--own", "--room", "on", "--", process.execPath, sample], { encoding: "utf8" });
  assert.equal(done.stdout, "8\n", done.stderr);
});
