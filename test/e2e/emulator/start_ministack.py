"""MiniStack 1.5.33, mended in two places, that ends with the process which started it."""

import os
import signal
import sys
import threading

from ministack.app import main
from ministack.core import iam_actions
from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

SECRET = "AWS::SecretsManager::Secret"


def refer_to_secrets_by_arn():
    """Ref of a secret is its ARN on AWS; MiniStack gives the name, on which no policy of the stack grants anything."""
    handlers = provisioners._RESOURCE_HANDLERS[SECRET]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name_of(physical_id):
        return secretsmanager._resolve(physical_id)[0] or physical_id

    def create_by_arn(logical_id, props, stack_name):
        _, attributes = create(logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def update_by_arn(physical_id, *rest, **more):
        _, attributes = update(name_of(physical_id), *rest, **more)
        return attributes["Arn"], attributes

    handlers["create"] = create_by_arn
    handlers["update"] = update_by_arn
    handlers["delete"] = lambda physical_id, props: delete(name_of(physical_id), props)


def authorize_batches_by_their_single_action():
    """AWS has no permission sns:PublishBatch: a batch needs sns:Publish. MiniStack asks for the name of the operation."""
    extract = iam_actions.extract_iam_action

    def extract_as_aws(*request):
        action = extract(*request)
        return "sns:Publish" if action == "sns:PublishBatch" else action

    iam_actions.extract_iam_action = extract_as_aws


def end_with_parent():
    """The parent holds our standard input: when it closes, however that came, the Lambdas and we go."""

    def wait():
        sys.stdin.buffer.read()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


refer_to_secrets_by_arn()
authorize_batches_by_their_single_action()
end_with_parent()
sys.argv = ["ministack"]
main()
