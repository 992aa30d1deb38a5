using System.CommandLine;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy</c>: what can be done with policies.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Works on policy files, and on the policies of processes that run.")
    {
        PolicyCheckCommand.Create(),
        PolicyShowCommand.Create(),
        PolicyDiffCommand.Create(),
        PolicyPlanCommand.Create(),
        PolicyApplyCommand.Create(),
        PolicyCompileCommand.Create(),
        PolicyExplainCommand.Create(),
        PolicySchemaCommand.Create(),
        PolicySignCommand.Create(),
        PolicyVerifyCommand.Create(),
    };
}
