# frozen_string_literal: true

require_relative '../../../puppet_x/plan/bundler'
require_relative '../../../puppet_x/plan/checker'

# Makes a bundle: a plan with all it needs (plans it inherits or names, aliases they use) as texts, found through the
# module path of the environment. What a catalog carries, so that every process runs the version that its catalog was
# compiled with.
#
# Where `planctl` is installed, a plan with a mistake stops the compilation, with file, line, column and source line.
Puppet::Functions.create_function(:'galera::plan_bundle', Puppet::Functions::InternalFunction) do
  # @param plan The name of the plan.
  # @return [Hash] The bundle: `format`, `plan`, `digest` and `files`, each with `path` and `text`.
  # @example The plan of a member
  #   galera::plan_bundle('galera::host')
  dispatch :plan_bundle do
    scope_param
    param 'Pattern[/\A(::)?[a-z][a-z0-9_]*(::[a-z][a-z0-9_]*)*\z/]', :plan
    return_type 'Hash[String, Data]'
  end

  def plan_bundle(scope, plan)
    modules = scope.environment.modules.to_h { |mod| [mod.name, mod.path] }
    bundle = PuppetX::Plan::Bundler.bundle(plan, modules)
    PuppetX::Plan::Checker.check(bundle, File.join(modules.fetch('galera', ''), 'files', 'bin'))
    bundle
  end
end
