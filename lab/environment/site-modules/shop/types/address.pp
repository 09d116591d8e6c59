# @summary Where a machine of the shop listens
type Shop::Address = Struct[{ host => String[1], port => Integer[1] }]
