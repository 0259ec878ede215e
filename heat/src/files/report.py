"""report.py SUCCESS|FAILURE REASON: tell Heat's wait condition how this server's boot went."""
import json
import os
import sys
import urllib.request


def signal(status, reason):
    body = {'status': status, 'reason': reason[-1500:], 'id': os.environ['ROTA_HOST'], 'data': ''}
    request = urllib.request.Request(
        os.environ['ROTA_SIGNAL_URL'], data=json.dumps(body).encode(), method='POST',
        headers={'Content-Type': 'application/json', 'X-Auth-Token': os.environ['ROTA_SIGNAL_TOKEN']})
    with urllib.request.urlopen(request, timeout=30) as answer:
        print(f'rota: Heat answered {answer.status}')


if __name__ == '__main__':
    try:
        signal(sys.argv[1], sys.argv[2])
    except OSError as error:
        sys.exit(f'rota: Heat could not be told: {error}')
