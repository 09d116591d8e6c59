# @summary How a new member gets its data: copied with rsync while the donor takes no writes, or by mariadb-backup
type Galera::Sst_method = Enum['rsync', 'mariabackup']
