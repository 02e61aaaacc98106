"""Clients of the real SDK, pointed at one server; and the SDK's own canonical request, caught as it signs."""

import contextlib

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkcore.signer import signer as signing
from huaweicloudsdkecs.v2 import EcsClient
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdktms.v1 import TmsClient

from demo import PROJECT, ROOT_USER


class Sdk:
    def __init__(self, url, ca=None):
        self.url = url
        self.config = HttpConfig.get_default_config()
        self.config.ssl_ca_cert = ca

    def _region(self, region):
        return Region(region, self.url)

    def _build(self, kind, credentials, region):
        credentials.with_iam_endpoint(self.url)
        return (
            kind.new_builder()
            .with_http_config(self.config)
            .with_credentials(credentials)
            .with_region(self._region(region))
            .build()
        )

    def ecs(self, ak=ROOT_USER.ak, sk=ROOT_USER.sk, region="cn-north-4", project_id=None):
        """Without a project id the SDK looks it up by the region's name, as the guide's sample does."""
        return self._build(EcsClient, BasicCredentials(ak, sk, project_id), region)

    def tms(self, ak=ROOT_USER.ak, sk=ROOT_USER.sk, domain_id=None):
        return self._build(TmsClient, GlobalCredentials(ak, sk, domain_id), "cn-north-4")

    def iam(self, ak=ROOT_USER.ak, sk=ROOT_USER.sk, domain_id=None):
        return self._build(IamClient, GlobalCredentials(ak, sk, domain_id), "cn-north-4")

    def temporary(self, kind, credential, project_id=PROJECT):
        credentials = BasicCredentials(credential["access"], credential["secret"], project_id)
        credentials.with_security_token(credential["securitytoken"])
        return self._build(kind, credentials, "cn-north-4")


@contextlib.contextmanager
def canonical_requests():
    """The canonical requests that the SDK's signer builds meanwhile, newest last."""
    caught = []
    original = signing.Signer._process_canonical_request

    def catch(self, request, signed_headers):
        text = original(self, request, signed_headers)
        caught.append(text)
        return text

    signing.Signer._process_canonical_request = catch
    try:
        yield caught
    finally:
        signing.Signer._process_canonical_request = original
