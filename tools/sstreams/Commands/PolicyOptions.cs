using System.CommandLine;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Commands;

/// <summary>What the <c>sstreams policy</c> commands ask about a policy: which files, and how they are judged.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<bool> _strict = new("--strict") { Description = "Warnings count as errors." };

    private readonly Option<string?> _product = new("--product")
    {
        Description = "The product that will load the policy; a policy for another product is an error.",
        HelpName = "NAME",
    };

    public PolicyFileOptions Files { get; } = new();

    public void AddTo(Command command)
    {
        Files.AddTo(command);
        command.Add(_product);
        command.Add(_strict);
    }

    /// <summary>The selection of <c>--policy</c>, or of <paramref name="basis"/> instead.</summary>
    public PolicySelection Read(ParseResult result, string? basis = null) =>
        Files.Read(result, new PolicyLoadOptions { Strict = result.GetValue(_strict), Product = result.GetValue(_product) }, basis);
}
