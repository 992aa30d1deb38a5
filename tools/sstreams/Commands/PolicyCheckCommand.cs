using System.CommandLine;
using SecureStreams.Policy;
using Spectre.Console;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy check</c>: every finding of every file, one to a line that editors can jump to.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Policy files; - reads standard input.", Arity = ArgumentArity.OneOrMore };
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors." };
        var product = new Option<string?>("--product") { Description = "The product that will load the policy; a policy for another product is an error.", HelpName = "NAME" };
        var verbose = new Option<bool>("--verbose") { Description = "Also tell which attributes are accepted and not acted on." };
        files.Validators.Add(static result =>
        {
            if (result.Tokens.Count(static token => token.Value == PolicySource.StandardInput) > 1)
                result.AddError("Standard input (-) can be checked only once.");
        });

        var command = new DetailedCommand("check", "Checks policy files and prints everything that is wrong with them.", """
            Each finding is one line, file(line,col): error SSPnnnn: ..., and each file ends with a line that sums up.
            Exit status: 0 when all files can be used (warnings included), 2 when one has errors or cannot be read.

            Examples:
              sstreams policy check demo.json
              sstreams policy check --strict --product camera demo.json
              cat demo.json | sstreams policy check -
            """)
        {
            files, strict, product, verbose,
        };
        command.SetAction((result, cancellation) => RunAsync(
            result.GetRequiredValue(files),
            new PolicyLoadOptions { Strict = result.GetValue(strict), Product = result.GetValue(product) },
            result.GetValue(verbose),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, PolicyLoadOptions options, bool verbose, CancellationToken cancellation)
    {
        var output = LineWriter.Output();
        var errors = LineWriter.Error();
        var exitCode = ExitCode.Success;
        foreach (var file in files)
        {
            try
            {
                var result = await PolicySource.LoadAsync(file, options, cancellation);
                PolicyReport.Findings(output, result.Diagnostics);
                if (verbose && result.Model is { } model)
                    PolicyReport.NotActedOn(output, model);
                PolicyReport.Summary(output, PolicySource.NameOf(file), result);
                if (result.HasErrors)
                    exitCode = ExitCode.Usage;
            }
            catch (UnusableInputException error)
            {
                errors.Line("sstreams: ", "error", Color.Red, $": {error.Message}");
                exitCode = ExitCode.Usage;
            }
        }

        return exitCode;
    }
}
