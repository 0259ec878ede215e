"""report.py SUCCESS|FAILURE REASON: tell Heat how this server's boot went.

ROTA_SIGNAL is what Heat's handle says of itself: a login at Keystone and the handle's URL. The resource `report` beside the
handle hears the same words; Heat waits for it when this server takes another one's place (docs/decisions/0092).
"""
import json
import os
import re
import sys
import urllib.request

SIGNAL = json.loads(os.environ['ROTA_SIGNAL'])


def post(url, body, token=None):
    headers = {'Content-Type': 'application/json'}
    if token:
        headers['X-Auth-Token'] = token
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method='POST', headers=headers)
    return urllib.request.urlopen(request, timeout=30)


def login():
    identity = SIGNAL['auth_url'].rstrip('/')
    if not re.search(r'/v3$', identity):
        identity += '/v3'
    user = {'id': SIGNAL['user_id'], 'password': SIGNAL['password']}
    auth = {'identity': {'methods': ['password'], 'password': {'user': user}}, 'scope': {'project': {'id': SIGNAL['project_id']}}}
    with post(f'{identity}/auth/tokens', {'auth': auth}) as answer:
        return answer.headers['X-Subject-Token']


def report(status, reason):
    token, handle = login(), SIGNAL['alarm_url']
    words = {'status': status, 'reason': reason, 'id': os.environ['ROTA_HOST'], 'data': ''}
    outcome = {'deploy_status_code': 0} if status == 'SUCCESS' else {'deploy_status_code': 1, 'reason': reason}
    for url, body in ((handle, words), (handle.replace('/resources/handle/', '/resources/report/'), outcome)):
        with post(url, body, token) as answer:
            print(f'rota: Heat answered {answer.status}')


if __name__ == '__main__':
    try:
        report(sys.argv[1], sys.argv[2][-1500:])
    except OSError as error:
        sys.exit(f'rota: Heat could not be told: {error}')
