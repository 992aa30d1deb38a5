namespace SecureStreams.Policy.Tests.Schema;

/// <summary>A document, and what schema and loader alike must say of it.</summary>
/// <param name="Name">What the test calls it.</param>
/// <param name="Document">The text.</param>
/// <param name="WrongAt">The JSON pointer of what is wrong; null when nothing is.</param>
internal sealed record SchemaCase(string Name, string Document, string? WrongAt);
