using System.CommandLine;
using SecureStreams.Tool.Checking;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy check</c>: the arguments of one check.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Policy files, each checked by itself; - reads standard input.", Arity = ArgumentArity.ZeroOrMore };
        var policy = new PolicyOptions();
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json, OutputFormat.Sarif);
        var output = Validation.Output();
        var verbose = new Option<bool>("--verbose") { Description = "Also tell which attributes are accepted and not acted on." };

        var command = new DetailedCommand("check", "Checks policy files and prints everything that is wrong with them.", """
            Each finding is one line, file(line,col): error SSPnnnn: ..., and each policy ends with a line that sums up.
            --policy FILE is the same as FILE; with --overlay there is one policy, checked as the sum of its layers.

            Exit status: 0 when all policies can be used (warnings included), 2 when one has errors or cannot be read.
            A file that was cut off in transit may lack only its last brackets, which is a warning: use --strict in
            pipelines.

            Examples:
              sstreams policy check demo.json
              sstreams policy check --strict --product camera demo.json
              sstreams policy check --strict --format sarif --output findings.sarif demo.json
              cat demo.json | sstreams policy check -
            """)
        {
            files,
        };
        policy.AddTo(command);
        command.Add(format);
        command.Add(output);
        command.Add(verbose);
        command.Validators.Add(result =>
        {
            var given = result.Given(files).ToList();
            var hasPolicy = result.GetResult(policy.Files.Policy) is not null;
            result.RefuseEmpty(files);
            policy.Files.RefuseTwice(result, given);
            result.RefuseOverwriting(output, [.. policy.Files.Given(result), .. given]);
            if (given.Count > 0 && hasPolicy)
                result.AddError("Give the policy as FILE or with --policy, not both.");
            else if (given.Count == 0 && !hasPolicy)
                result.AddError("FILE is missing: which policy is to be checked?");
            else if (given.Count > 1 && result.Given(policy.Files.Overlay).Any())
                result.AddError($"--overlay belongs to one policy, and {given.Count} are given.");
        });
        command.SetAction(result =>
        {
            var settings = new CheckSettings
            {
                Policies = result.GetValue(files) is { Length: > 0 } given ? [.. given.Select(file => policy.Read(result, file))] : [policy.Read(result)],
                Format = result.GetRequiredValue(format),
                OutputFile = result.GetValue(output),
                Verbose = result.GetValue(verbose),
            };
            return Interruptible.RunAsync(cancellation => CheckSession.RunAsync(settings, cancellation));
        });
        return command;
    }
}
