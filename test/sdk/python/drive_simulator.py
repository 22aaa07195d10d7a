"""Imports, exports, publishes and lists with Huawei's official SDK. Prints one JSON object of what it was answered.

Environment: SIMULATOR_URL, REGION, INSTANCE_ID, ENVIRONMENT_ID, AK, SK, FILE. No project id: the SDK looks it up by the region.
"""

import json
import os
import time

from huaweicloudsdkapig.v2 import (
    ApiBatchPublish,
    ApigClient,
    BatchPublishOrOfflineApiV2Request,
    ExportApiDefinitionsAsyncRequest,
    ExportOpenApiReq,
    ImportApiDefinitionsAsyncRequest,
    ImportApiDefinitionsAsyncRequestBody,
    ListApiGroupsV2Request,
    ShowAsyncTaskResultRequest,
)
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.formdata import FormFile
from huaweicloudsdkcore.region.region import Region

URL, INSTANCE = os.environ["SIMULATOR_URL"], os.environ["INSTANCE_ID"]


def client_with(sk):
    credentials = BasicCredentials(os.environ["AK"], sk).with_iam_endpoint(URL)
    return ApigClient.new_builder().with_credentials(credentials).with_region(Region(os.environ["REGION"], URL)).build()


client = client_with(os.environ["SK"])


def end_of(started):
    for _ in range(100):
        task = client.show_async_task_result(ShowAsyncTaskResultRequest(INSTANCE, started.task_id))
        if task.task_status not in ("waiting", "processing"):
            return {"status": task.task_status, "type": task.task_type, "result": json.loads(task.task_result)}
        time.sleep(0.02)
    raise TimeoutError(started.task_id)


def start_import():
    with open(os.environ["FILE"], "rb") as file:
        body = ImportApiDefinitionsAsyncRequestBody(is_create_group=True, file_name=FormFile(file))
        return client.import_api_definitions_async(ImportApiDefinitionsAsyncRequest(INSTANCE, body))


def export(group_id):
    body = ExportOpenApiReq(os.environ["ENVIRONMENT_ID"], group_id, define="all", type="yaml")
    request = ExportApiDefinitionsAsyncRequest(INSTANCE, oas_version="3.0", body=body)
    return end_of(client.export_api_definitions_async(request))


def publish(api_ids):
    body = ApiBatchPublish(apis=api_ids, env_id=os.environ["ENVIRONMENT_ID"])
    answer = client.batch_publish_or_offline_api_v2(BatchPublishOrOfflineApiV2Request(INSTANCE, action="online", body=body))
    return {"success": [one.api_id for one in answer.success], "failure": len(answer.failure)}


def groups_named(name):
    answer = client.list_api_groups_v2(ListApiGroupsV2Request(INSTANCE, name=name, precise_search="name"))
    return [group.id for group in answer.groups]


def refusal_of(call):
    try:
        call()
    except ClientRequestException as error:
        return {"status": error.status_code, "code": error.error_code}


def ask_with_wrong_key():
    client_with("wrong").show_async_task_result(ShowAsyncTaskResultRequest(INSTANCE, "x"))


first = end_of(start_import())
group_id = first["result"]["group_id"]
print(json.dumps({
    "first": first,
    "second": end_of(start_import()),
    "exported": export(group_id),
    "published": publish([one["id"] for one in first["result"]["success"]]),
    "groups": groups_named("sdk-orders") == [group_id],
    "unknownTask": refusal_of(lambda: client.show_async_task_result(ShowAsyncTaskResultRequest(INSTANCE, "nope"))),
    "wrongKey": refusal_of(ask_with_wrong_key),
}))
