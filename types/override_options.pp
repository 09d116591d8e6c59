# @summary Settings of the database server by section of its configuration file
type Galera::Override_options = Hash[Pattern[/\A[A-Za-z0-9_.-]+\z/], Hash[Pattern[/\A[A-Za-z0-9_.-]+\z/], Variant[Pattern[/\A[^\n]*\z/], Integer, Float, Boolean]]]
