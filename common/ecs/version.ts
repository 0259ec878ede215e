/** The version of the Elastic Common Schema that every document of ours names (`ecs.version`). */
export const ECS_VERSION = '8.11.0';
