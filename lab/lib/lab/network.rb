# frozen_string_literal: true

module Lab
  # A bridge in a namespace of its own, and one namespace with one link to it per machine. Nothing of it can be reached
  # from the host's network, and nothing of the host's network from it.
  module Network
    BRIDGE = 'br0'

    module_function

    def namespace(name)
      "#{Settings.prefix}-#{name}"
    end

    def namespace_path(name)
      "/run/netns/#{namespace(name)}"
    end

    def exist?(name)
      File.exist?(namespace_path(name))
    end

    def up_bridge
      return if exist?('bridge')

      space = namespace('bridge')
      Shell.run('ip', 'netns', 'add', space)
      Shell.run('ip', '-n', space, 'link', 'set', 'lo', 'up')
      Shell.run('ip', '-n', space, 'link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0', 'stp_state', '0')
      Shell.run('ip', '-n', space, 'link', 'set', BRIDGE, 'up')
    end

    def up(name)
      up_bridge
      return if exist?(name)

      space = namespace(name)
      Shell.run('ip', 'netns', 'add', space)
      Shell.run('ip', '-n', space, 'link', 'set', 'lo', 'up')
      Shell.run('ip', '-n', namespace('bridge'), 'link', 'add', port(name), 'type', 'veth',
                'peer', 'name', 'eth0', 'netns', space)
      Shell.run('ip', '-n', space, 'addr', 'add', "#{Settings.address(name)}/24", 'dev', 'eth0')
      Shell.run('ip', '-n', space, 'link', 'set', 'eth0', 'up')
      plug(name)
    end

    # The cable is pulled at the bridge's end: the machine sees its carrier go, as with a real one.
    def unplug(name)
      Shell.run('ip', '-n', namespace('bridge'), 'link', 'set', port(name), 'down')
    end

    def plug(name)
      Shell.run('ip', '-n', namespace('bridge'), 'link', 'set', port(name), 'master', BRIDGE, 'up')
    end

    # Each group gets a switch of its own, with a cable to the first, over which it reaches all that stays there (the
    # server), but no other group. As between two racks whose link is cut.
    def split(*groups)
      groups.each_with_index do |names, at|
        make_switch("rack#{at}")
        names.each { |name| attach(name, "rack#{at}") }
      end
    end

    def heal
      space = namespace('bridge')
      switches = Shell.run('ip', '-n', space, '-o', 'link', 'show', 'type', 'bridge').scan(/\brack\d+(?=:)/)
      ports = Machine.all_existing.map(&:name).select { |name| exist?(name) }
      ports.each { |name| attach(name, BRIDGE) }
      switches.each do |switch|
        Shell.run('ip', '-n', space, 'link', 'del', "up-#{switch}")
        Shell.run('ip', '-n', space, 'link', 'del', switch)
      end
    end

    def plugged?(name)
      Shell.run('ip', '-n', namespace('bridge'), '-o', 'link', 'show', port(name)).match?(/<[^>]*\bUP\b/)
    end

    # The link is removed by name: the kernel buries a namespace, with the link's other end, only some time later.
    def down(name)
      Shell.try('ip', '-n', namespace('bridge'), 'link', 'del', port(name))
      Shell.run('ip', 'netns', 'del', namespace(name)) if exist?(name)
    end

    def port(name)
      "to-#{name}"
    end

    # Its cable to the first switch is isolated there: nothing passes between two such ports.
    def make_switch(name)
      space = namespace('bridge')
      Shell.run('ip', '-n', space, 'link', 'add', name, 'type', 'bridge', 'forward_delay', '0', 'stp_state', '0')
      Shell.run('ip', '-n', space, 'link', 'add', "up-#{name}", 'type', 'veth', 'peer', 'name', "down-#{name}")
      Shell.run('ip', '-n', space, 'link', 'set', "down-#{name}", 'master', name, 'up')
      Shell.run('ip', '-n', space, 'link', 'set', "up-#{name}", 'master', BRIDGE, 'up')
      Shell.run('ip', '-n', space, 'link', 'set', "up-#{name}", 'type', 'bridge_slave', 'isolated', 'on')
      Shell.run('ip', '-n', space, 'link', 'set', name, 'up')
    end

    def attach(name, switch)
      Shell.run('ip', '-n', namespace('bridge'), 'link', 'set', port(name), 'master', switch)
    end
  end
end
