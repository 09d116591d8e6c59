# frozen_string_literal: true

module PuppetX
  module Galera
    # Running a command as the account that owns the database.
    module Account
      module_function

      # What to put before a command. With +die_with_parent+ the command is killed when the process that started it
      # dies, so that nothing is left behind by an agent run that is killed.
      def command_as(user, die_with_parent: false)
        death = die_with_parent ? ['--pdeathsig=KILL'] : []
        ['setpriv', "--reuid=#{user}", "--regid=#{user}", '--init-groups', *death, '--']
      end
    end
  end
end
