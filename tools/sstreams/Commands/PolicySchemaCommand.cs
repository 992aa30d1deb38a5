using System.CommandLine;
using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy schema</c>: the JSON Schema of policies.</summary>
internal static class PolicySchemaCommand
{
    public static Command Create()
    {
        var output = Validation.Output();
        var command = new DetailedCommand("schema", "Prints the JSON Schema of policies, for editors.", """
            Editors complete names with it, show what they mean, and mark mistakes while a policy is written. It is stricter
            than 'policy check' about notation, and knows less: not which names exist, nor what goes together.

            Examples:
              sstreams policy schema
              sstreams policy schema --output secure-streams-policy.schema.json
            """)
        {
            output,
        };
        command.SetAction(result => Interruptible.RunAsync(async cancellation =>
        {
            await CommandOutput.WriteAsync(result.GetValue(output), Encoding.UTF8.GetBytes(PolicySchema.ToJson()), cancellation);
            return ExitCode.Success;
        }));
        return command;
    }
}
