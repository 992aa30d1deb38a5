namespace SecureStreams.Policy;

/// <summary>A near name as a part of a <see cref="Finding"/>: <c>; did you mean 'port'?</c>, or nothing.</summary>
internal readonly record struct Near(string? Name)
{
    public override string ToString() => Name is null ? "" : $"; did you mean {Wording.Quote(Name)}?";
}
