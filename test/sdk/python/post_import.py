"""Posts FILE to API_URL/imports with `requests` as most people do, or with the encoder that Huawei's SDK uses. Prints the answer."""

import os
import sys

import requests
from requests_toolbelt import MultipartEncoder

URL = os.environ["API_URL"] + "/imports"
KEY = {"Authorization": "Bearer " + os.environ["API_KEY"]}
FILE, LABEL = os.environ["FILE"], os.environ["LABEL"]

with open(FILE, "rb") as file:
    if sys.argv[1] == "requests":
        answer = requests.post(URL, headers=KEY, data={"label": LABEL}, files={"file_name": file}, timeout=30)
    else:
        form = MultipartEncoder({"label": LABEL, "file_name": (os.path.basename(FILE), file)})
        answer = requests.post(URL, headers={**KEY, "Content-Type": form.content_type}, data=form, timeout=30)
print(answer.text)
