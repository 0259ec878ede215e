"""What cloud-init itself makes of the user_data on standard input, by its own handlers: the merged cloud-config, as JSON.

Nothing is run or written but in a folder that goes at the end.
"""
import json
import sys
import tempfile

import yaml
from cloudinit import helpers
from cloudinit.handlers.cloud_config import CloudConfigPartHandler
from cloudinit.user_data import UserDataProcessor

with tempfile.TemporaryDirectory() as folder:
    paths = helpers.Paths({'cloud_dir': folder, 'run_dir': folder, 'templates_dir': folder})
    handler = CloudConfigPartHandler(paths)
    handler.cloud_fn = f'{folder}/merged'
    for part in UserDataProcessor(paths).process(sys.stdin.read()).walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True).decode()
            handler.handle_part({}, part.get_content_type(), part.get_filename() or 'part', content, None, part)
    handler.handle_part({}, '__end__', None, None, None, None)
    with open(f'{folder}/merged', encoding='utf-8') as file:
        print(json.dumps(yaml.safe_load(file)))
