namespace SecureStreams.Tool;

/// <summary>The forms in which commands for policies tell what they found.</summary>
internal static class OutputFormat
{
    /// <summary>For people and editors.</summary>
    public const string Text = "text";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    /// <summary>For code scanning: SARIF 2.1.0.</summary>
    public const string Sarif = "sarif";
}
