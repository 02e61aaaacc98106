package jianmen;

import com.huaweicloud.sdk.iam.v3.IamClient;
import com.huaweicloud.sdk.iam.v3.model.CreateCredentialOption;
import com.huaweicloud.sdk.iam.v3.model.CreatePermanentAccessKeyRequest;
import com.huaweicloud.sdk.iam.v3.model.CreatePermanentAccessKeyRequestBody;
import com.huaweicloud.sdk.iam.v3.model.CreateUserOption;
import com.huaweicloud.sdk.iam.v3.model.CreateUserRequest;
import com.huaweicloud.sdk.iam.v3.model.CreateUserRequestBody;
import com.huaweicloud.sdk.iam.v3.model.DeletePermanentAccessKeyRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneAddUserToGroupRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneAssociateGroupWithProjectPermissionRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneCreateGroupOption;
import com.huaweicloud.sdk.iam.v3.model.KeystoneCreateGroupRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneCreateGroupRequestBody;
import com.huaweicloud.sdk.iam.v3.model.KeystoneListPermissionsRequest;
import java.util.concurrent.atomic.AtomicInteger;

/** A user of one row, in a group of its own that has no grant yet, with a key; made with IAM's SDK. */
final class Person {
  private static final AtomicInteger PEOPLE = new AtomicInteger();

  final Demo.Key key;
  private final IamClient iam;
  private final String group;

  Person(Place at) {
    iam = at.iam(Demo.ADMIN);
    var name = "java-" + PEOPLE.incrementAndGet();
    var option = new CreateUserOption().withName(name).withDomainId(Demo.ACCOUNT).withPassword("Secret@Pass1");
    var request = new CreateUserRequest().withBody(new CreateUserRequestBody().withUser(option));
    var user = iam.createUser(request).getUser().getId();
    group = createGroup(name);
    iam.keystoneAddUserToGroup(new KeystoneAddUserToGroupRequest().withGroupId(group).withUserId(user));
    var body = new CreatePermanentAccessKeyRequestBody().withCredential(new CreateCredentialOption().withUserId(user));
    var made = iam.createPermanentAccessKey(new CreatePermanentAccessKeyRequest().withBody(body)).getCredential();
    key = new Demo.Key(made.getAccess(), made.getSecret());
  }

  private String createGroup(String name) {
    var option = new KeystoneCreateGroupOption().withName(name).withDomainId(Demo.ACCOUNT);
    var body = new KeystoneCreateGroupRequestBody().withGroup(option);
    return iam.keystoneCreateGroup(new KeystoneCreateGroupRequest().withBody(body)).getGroup().getId();
  }

  /** A system policy for the group, in the project of cn-north-4. */
  void grant(String policy) {
    var role =
        iam.keystoneListPermissions(new KeystoneListPermissionsRequest().withDisplayName(policy)).getRoles().stream()
            .filter(found -> policy.equals(found.getDisplayName()))
            .findFirst()
            .orElseThrow();
    iam.keystoneAssociateGroupWithProjectPermission(
        new KeystoneAssociateGroupWithProjectPermissionRequest()
            .withProjectId(Demo.PROJECT)
            .withGroupId(group)
            .withRoleId(role.getId()));
  }

  void deleteKey() {
    iam.deletePermanentAccessKey(new DeletePermanentAccessKeyRequest().withAccessKey(key.ak()));
  }
}
