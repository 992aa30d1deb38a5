namespace SecureStreams.Policy;

/// <summary>What <see cref="PolicyCompiler"/> calls the class that it writes.</summary>
public sealed record PolicyCompilerOptions
{
    /// <summary>The namespace of the class: identifiers with dots between them; <c>CompiledPolicies</c> by default.</summary>
    public string Namespace { get; init; } = "CompiledPolicies";

    /// <summary>The name of the class; <c>CompiledPolicy</c> by default. <see cref="ClassNameFor"/> makes one of a file name.</summary>
    public string ClassName { get; init; } = "CompiledPolicy";

    /// <summary>Whether other assemblies see the class. False by default: it is internal.</summary>
    public bool IsPublic { get; init; }

    /// <summary>A class name for a policy file: <c>DemoPolicy</c> for <c>policies/demo.json</c>. Always one that <see cref="FindProblem"/> takes.</summary>
    /// <param name="fileName">The name of the file; folders and the ending do not count.</param>
    public static string ClassNameFor(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var stem = CSharpNames.FileName(fileName);
        var dot = stem.LastIndexOf('.');
        var name = CSharpNames.Derive(dot <= 0 ? stem : stem[..dot]);
        return name.EndsWith("Policy", StringComparison.Ordinal) ? name : name + "Policy";
    }

    /// <summary>What is wrong with these options, in a sentence that names the option and what it may be; null when nothing is.</summary>
    public string? FindProblem()
    {
        if (Namespace is null || Namespace.Length > CSharpNames.Longest || !Namespace.Split('.').All(CSharpNames.IsIdentifier))
            return $"The namespace {Quote(Namespace)} is not one that C# takes: write identifiers with dots between them, no keywords, as in MyProgram.Policies.";
        if (ClassName is null || ClassName.Length > CSharpNames.Longest || !CSharpNames.IsIdentifier(ClassName))
            return $"The class name {Quote(ClassName)} is not one that C# takes: write an identifier, no keyword, as in DemoPolicy.";
        if (!ClassName.AsSpan().ContainsAnyExceptInRange('a', 'z'))
            return $"The class name {Quote(ClassName)} has only small letters, which C# keeps for keywords to come: begin it with a capital, as in DemoPolicy.";
        return CSharpPolicyWriter.IsOwnMember(ClassName)
            ? $"The class name {Quote(ClassName)} is that of a member which the class has: choose another, as in {ClassName}Policy."
            : null;
    }

    private static string Quote(string? text) => text is null ? "null" : Wording.Quote(text);
}
