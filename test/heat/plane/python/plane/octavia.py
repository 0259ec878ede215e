"""Octavia: API and worker with the no-op amphora, compute, network and image drivers."""
import sys


def run(plane):
    sys.argv = ['octavia-aio', '--config-file', f'{plane.etc}/octavia.conf']
    from octavia.api import app
    plane.in_child(create_schema)
    keep_addresses_in_neutron()
    application = app.setup_app(argv=sys.argv)
    from octavia.controller.queue.v2 import consumer
    consumer.ConsumerService(1, app.CONF).run()
    plane.serve(application)


def keep_addresses_in_neutron():
    """Let the no-op network driver reserve VIPs in Neutron for real, so that a floating IP can be put on one.

    Nothing is plugged: there are no amphorae. Unpatched, the driver invents another network at each look-up.
    """
    from octavia.network.drivers.neutron.allowed_address_pairs import AllowedAddressPairsDriver
    from octavia.network.drivers.noop_driver.driver import NoopNetworkDriver
    for name in ('allocate_vip', 'deallocate_vip', 'get_subnet', 'get_network', 'get_port'):
        def method(self, *args, _name=name, **kwargs):
            if not hasattr(self, 'neutron'):
                self.neutron = AllowedAddressPairsDriver()
            return getattr(self.neutron, _name)(*args, **kwargs)
        setattr(NoopNetworkDriver, name, method)


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
