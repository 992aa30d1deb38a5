namespace SecureStreams.Tool.Checking;

/// <summary>The forms in which findings are told.</summary>
internal static class CheckFormat
{
    /// <summary>For people and editors.</summary>
    public const string Text = "text";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    /// <summary>For code scanning: SARIF 2.1.0.</summary>
    public const string Sarif = "sarif";
}
