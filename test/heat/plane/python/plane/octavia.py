"""Octavia: API and worker with the no-op amphora, compute, network and image drivers."""
import sys
import uuid


def run(plane):
    sys.argv = ['octavia-aio', '--config-file', f'{plane.etc}/octavia.conf']
    from octavia.api import app
    plane.in_child(create_schema)
    give_subnets_one_network()
    application = app.setup_app(argv=sys.argv)
    from octavia.controller.queue.v2 import consumer
    consumer.ConsumerService(1, app.CONF).run()
    plane.serve(application)


def give_subnets_one_network():
    """The no-op driver names another random network at each look-up of a subnet; deleting a member stumbles over it."""
    from octavia.network.drivers.noop_driver import driver
    original = driver.NoopManager.get_subnet

    def get_subnet(self, subnet_id):
        subnet = original(self, subnet_id)
        subnet.network_id = str(uuid.uuid5(uuid.NAMESPACE_OID, str(subnet_id)))
        return subnet

    driver.NoopManager.get_subnet = get_subnet


def create_schema():
    from octavia.common import constants as k
    from octavia.common import service
    service.prepare_service(sys.argv)
    from octavia.db import api, base_models, models
    base_models.BASE.metadata.create_all(api.get_engine())
    lookups = (
        (models.ProvisioningStatus, k.SUPPORTED_PROVISIONING_STATUSES),
        (models.HealthMonitorType, k.SUPPORTED_HEALTH_MONITOR_TYPES),
        (models.Algorithm, k.SUPPORTED_LB_ALGORITHMS),
        (models.Protocol, k.SUPPORTED_PROTOCOLS),
        (models.OperatingStatus, k.SUPPORTED_OPERATING_STATUSES),
        (models.SessionPersistenceType, k.SUPPORTED_SP_TYPES),
        (models.AmphoraRoles, k.SUPPORTED_AMPHORA_ROLES),
        (models.LBTopology, k.SUPPORTED_LB_TOPOLOGIES),
        (models.VRRPAuthMethod, k.SUPPORTED_VRRP_AUTH),
        (models.L7RuleType, k.SUPPORTED_L7RULE_TYPES),
        (models.L7RuleCompareType, k.SUPPORTED_L7RULE_COMPARE_TYPES),
        (models.L7PolicyAction, k.SUPPORTED_L7POLICY_ACTIONS),
        (models.ClientAuthenticationMode, k.SUPPORTED_CLIENT_AUTH_MODES),
    )
    deleted = 'DELETED-PLACEHOLDER'  # Octavia's migrations leave these rows; its foreign keys point at them
    with api.session().begin() as session:
        for model, names in lookups:
            session.add_all(model(name=name) for name in names)
        session.add(models.FlavorProfile(id=k.NIL_UUID, name=deleted, provider_name=k.DELETED, flavor_data='{}'))
        session.flush()
        session.add(models.Flavor(id=k.NIL_UUID, flavor_profile_id=k.NIL_UUID, name=deleted, enabled=False))
        session.flush()
        session.add(models.AvailabilityZoneProfile(id=k.NIL_UUID, name=deleted, provider_name=k.DELETED,
                                                   availability_zone_data='{}'))
        session.flush()
        session.add(models.AvailabilityZone(availability_zone_profile_id=k.NIL_UUID, name=k.NIL_UUID, enabled=False))
