using System.CommandLine;
using System.CommandLine.Parsing;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Commands;

/// <summary><c>--policy</c> and <c>--overlay</c>, spelled the same by every command that takes a policy.</summary>
internal sealed class PolicyFileOptions
{
    public Option<string?> Policy { get; } = new Option<string?>("--policy") { Description = "The policy file; - reads standard input.", HelpName = "FILE" }.RefuseEmpty();

    public Option<string[]> Overlay { get; } = new Option<string[]>("--overlay")
    {
        Description = "A policy file that is laid over --policy; may be repeated, later ones lie on top.",
        HelpName = "FILE",
    }.RefuseEmpty();

    /// <summary>The files named.</summary>
    public IEnumerable<string> Given(SymbolResult result) => result.Given(Policy).Concat(result.Given(Overlay));

    /// <summary>Whether one of the files is standard input.</summary>
    public bool ReadsStandardInput(SymbolResult result) => CountStandardInput(result, []) > 0;

    public void AddTo(Command command)
    {
        command.Add(Policy);
        command.Add(Overlay);
        command.Validators.Add(result => RefuseTwice(result));
    }

    /// <summary>The selection of <c>--policy</c>, or of <paramref name="basis"/> instead, judged by <paramref name="options"/>.</summary>
    public PolicySelection Read(ParseResult result, PolicyLoadOptions options, string? basis = null) =>
        new(basis ?? result.GetRequiredValue(Policy)!, [.. result.GetValue(Overlay) ?? []], options);

    /// <summary>Standard input has one text only.</summary>
    /// <param name="result">Of the command.</param>
    /// <param name="moreFiles">Files that are given otherwise.</param>
    public void RefuseTwice(SymbolResult result, params IEnumerable<string> moreFiles)
    {
        if (CountStandardInput(result, moreFiles) > 1)
            result.AddError("Standard input (-) can be read only once.");
    }

    private int CountStandardInput(SymbolResult result, IEnumerable<string> moreFiles) =>
        Given(result).Concat(moreFiles).Count(static file => file == InputFile.StandardInput);
}
