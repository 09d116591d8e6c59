# @summary The role a member wishes for: a number, any, or any but the leader's
type Galera::Desired_role = Variant[Integer[0], Enum['any', 'follower']]
