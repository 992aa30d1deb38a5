using System.CommandLine;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy</c>: what can be done with policies without running them.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Works on policy files without running them.")
    {
        PolicyCheckCommand.Create(),
        PolicyShowCommand.Create(),
        PolicyDiffCommand.Create(),
        PolicyPlanCommand.Create(),
        PolicyCompileCommand.Create(),
        PolicyExplainCommand.Create(),
        PolicySchemaCommand.Create(),
        PolicySignCommand.Create(),
        PolicyVerifyCommand.Create(),
    };
}
