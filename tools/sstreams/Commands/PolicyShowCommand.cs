using System.CommandLine;
using SecureStreams.Tool.Showing;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy show</c>: what holds for a streamtype, and which line of which file says so.</summary>
internal static class PolicyShowCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("STREAMTYPE") { Description = "A streamtype of the policy. Without it the streamtypes are listed.", Arity = ArgumentArity.ZeroOrOne };
        var policy = new PolicyOptions { Files = { Policy = { Required = true } } };
        var all = new Option<bool>("--all") { Description = "Also what is not stated, with its default." };
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json);
        var output = Validation.Output();
        var command = new DetailedCommand("show", "Shows the effective policy of a streamtype: each value, and the file and line that decided it.", """
            Values are those of the sum of all layers. What the streamtype refers to, retry scheme, trust store, certificates,
            authentication, stands below the name that refers to it. Secrets are not shown.

            Exit status: 0 it is shown; 2 there is no such streamtype, or the policy cannot be used.

            Examples:
              sstreams policy show --policy demo.json
              sstreams policy show page --policy demo.json --overlay site.json
              sstreams policy show page --policy demo.json --all --format json
            """)
        {
            name,
        };
        policy.AddTo(command);
        command.Add(all);
        command.Add(format);
        command.Add(output);
        command.Validators.Add(result => result.RefuseOverwriting(output, policy.Files.Given(result)));
        command.SetAction(result =>
        {
            var settings = new ShowSettings
            {
                Policy = policy.Read(result),
                StreamType = result.GetValue(name),
                All = result.GetValue(all),
                Json = result.GetValue(format) == OutputFormat.Json,
                OutputFile = result.GetValue(output),
            };
            return Interruptible.RunAsync(cancellation => ShowSession.RunAsync(settings, cancellation));
        });
        return command;
    }
}
