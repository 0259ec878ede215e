"""report.py SUCCESS|FAILURE REASON: tell Heat how this server's boot went.

ROTA_SIGNAL is what Heat's handle says of itself: a login at Keystone and the handle's URL. The resource `report` beside the
handle hears the same words; Heat waits for it when this server takes another one's place (docs/decisions/0092).
"""
import json
import os
import ssl
import sys
import urllib.request

HANDLE = json.loads(os.environ['ROTA_SIGNAL'])
CLOUD_CA = os.environ.get('ROTA_CLOUD_CA', '/etc/rota/cloud_ca.crt')


def post(url, body, **headers):
    request = urllib.request.Request(url, json.dumps(body).encode(), {'Content-Type': 'application/json', **headers})
    with urllib.request.urlopen(request, timeout=30, context=trust()) as answer:
        return answer.headers


def trust():
    """The authorities of the image, and the cloud's own where the stack was told one (cloud_ca)."""
    context = ssl.create_default_context()
    if os.path.exists(CLOUD_CA) and os.path.getsize(CLOUD_CA):
        context.load_verify_locations(CLOUD_CA)
    return context


def login():
    user = {'id': HANDLE['user_id'], 'password': HANDLE['password']}
    auth = {'identity': {'methods': ['password'], 'password': {'user': user}}, 'scope': {'project': {'id': HANDLE['project_id']}}}
    url = HANDLE['auth_url'].rstrip('/').removesuffix('/v3') + '/v3/auth/tokens'
    return {'X-Auth-Token': post(url, {'auth': auth})['X-Subject-Token']}


def report(status, reason):
    token, url = login(), HANDLE['alarm_url']
    post(url, {'status': status, 'reason': reason, 'id': os.environ['ROTA_HOST'], 'data': ''}, **token)
    # To a deployment, any reason is that of a failure.
    outcome = {'deploy_status_code': 0} if status == 'SUCCESS' else {'deploy_status_code': 1, 'reason': reason}
    post(url.replace('/resources/handle/', '/resources/report/'), outcome, **token)
    print('rota: Heat was told')


if __name__ == '__main__':
    try:
        report(sys.argv[1], sys.argv[2][-1500:])
    except OSError as error:
        sys.exit(f'rota: Heat could not be told: {error}')
