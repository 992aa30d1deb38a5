using System.CommandLine;
using System.CommandLine.Parsing;
using SecureStreams.Policy;
using SecureStreams.Tool.Compiling;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy compile</c>: a policy as C# source.</summary>
internal static class PolicyCompileCommand
{
    private static readonly PolicyCompilerOptions Defaults = new();

    public static Command Create()
    {
        var policy = new PolicyOptions();
        policy.Files.Policy.Description = "The policy file; - reads standard input, and so does leaving it out when something is piped in.";
        var space = new Option<string?>("--namespace") { Description = $"The namespace of the class; {Defaults.Namespace} by default.", HelpName = "NAME" };
        var name = new Option<string?>("--class") { Description = "The name of the class; made from the name of the policy file by default.", HelpName = "NAME" };
        var isPublic = new Option<bool>("--public") { Description = "Other assemblies see the class." };
        var output = Validation.Output();
        Check(space, static text => new PolicyCompilerOptions { Namespace = text });
        Check(name, static text => new PolicyCompilerOptions { ClassName = text });

        var command = new DetailedCommand("compile", "Turns a policy into C# source, for programs that carry no policy text.", """
            The class builds the same policy that loading the text would give. A policy with a secret or a private key in it
            is refused, each place told, for sources and programs are no place for them.

            Exit status: 0 it is compiled; 2 the policy cannot be used or is refused.

            Examples:
              sstreams policy compile --policy demo.json --output DemoPolicy.g.cs
              sstreams policy compile --policy demo.json --overlay site.json --namespace Shop --class SitePolicy --public
              cat demo.json | sstreams policy compile
            """);
        policy.AddTo(command);
        foreach (var option in new Option[] { space, name, isPublic, output })
            command.Add(option);
        command.Validators.Add(result =>
        {
            result.RefuseOverwriting(output, policy.Files.Given(result));
            if (result.GetResult(policy.Files.Policy) is not null)
                return;
            if (!System.Console.IsInputRedirected)
                result.AddError("--policy is missing: which policy is to be compiled?");
            policy.Files.RefuseTwice(result, [InputFile.StandardInput]);
        });
        command.SetAction(result =>
        {
            var selection = policy.Read(result, result.GetValue(policy.Files.Policy) ?? InputFile.StandardInput);
            var settings = new CompileSettings
            {
                Policy = selection,
                Options = new PolicyCompilerOptions
                {
                    Namespace = result.GetValue(space) ?? Defaults.Namespace,
                    ClassName = result.GetValue(name) ?? (selection.Base == InputFile.StandardInput ? Defaults.ClassName : PolicyCompilerOptions.ClassNameFor(selection.Base)),
                    IsPublic = result.GetValue(isPublic),
                },
                OutputFile = result.GetValue(output),
            };
            return Interruptible.RunAsync(cancellation => CompileSession.RunAsync(settings, cancellation));
        });
        return command;
    }

    private static void Check(Option<string?> option, Func<string, PolicyCompilerOptions> use) => option.Validators.Add(result =>
    {
        if (result.Tokens is [.., var last] && use(last.Value).FindProblem() is { } problem)
            result.AddError($"{option.Name}: {problem}");
    });
}
