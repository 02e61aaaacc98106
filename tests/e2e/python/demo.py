"""The demo's published names, ids and credentials (data/demo.json)."""

import collections

User = collections.namedtuple("User", "name password ak sk")

ACCOUNT = "demo"
ACCOUNT_ID = "0503dda878000fed0f75c0096d70a960"
PROJECT = "05041fffa40025702f6dc009cc6f8f33"  # cn-north-4, holds eight servers
EAST = "05041fffa40025702f6dc009cc6f8f34"  # cn-east-3, holds none
SERVER = "78ccc986-016f-4405-94f9-c4d58421eca7"

ROOT_USER = User(
    "demo", "Jianmen@Demo1", "JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly"
)
VIEWER = User(
    "viewer", "Jianmen@Viewer1", "JIANMENDEMOVIEWER001", "jianmenDemoViewerSecretKeyForLocalUseOne"
)
NEWCOMER = User(
    "newcomer",
    "Jianmen@Newcomer1",
    "JIANMENDEMONEWBIE001",
    "jianmenDemoNewcomerSecretKeyForLocalOnly",
)
