// The guide's sample: a region, no endpoint. table.test.mjs runs it in a room.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { BasicCredentials } = require("@huaweicloud/huaweicloud-sdk-core");
const { EcsClient, ListServersDetailsRequest } = require("@huaweicloud/huaweicloud-sdk-ecs/v2/public-api");
const { EcsRegion } = require("@huaweicloud/huaweicloud-sdk-ecs/v2/EcsRegion");

const credential = new BasicCredentials().withAk(process.env.HUAWEICLOUD_SDK_AK).withSk(process.env.HUAWEICLOUD_SDK_SK);
const client = EcsClient.newBuilder().withCredential(credential).withRegion(EcsRegion.CN_NORTH_4).build();
console.log((await client.listServersDetails(new ListServersDetailsRequest())).count);
