using System.CommandLine;
using SecureStreams.Tool.Explaining;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy explain</c>: what an attribute or a diagnostic means.</summary>
internal static class PolicyExplainCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "An attribute, in any of its spellings, or the id of a diagnostic (SSPnnnn). Without it all attributes are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json);
        var command = new DetailedCommand("explain", "Tells what an attribute or a diagnostic of policies means.", """
            An attribute that several sections have is explained for each.

            Exit status: 0 it is known; 2 it is not.

            Examples:
              sstreams policy explain
              sstreams policy explain port
              sstreams policy explain SSP0102
              sstreams policy explain backoff --format json
            """)
        {
            name, format,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var explained = Explanation.Of(result.GetValue(name));
            await CommandOutput.WriteAsync(null, result.GetValue(format) == OutputFormat.Json ? ExplanationJson.Build(explained) : ExplanationText.Build(explained), cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
