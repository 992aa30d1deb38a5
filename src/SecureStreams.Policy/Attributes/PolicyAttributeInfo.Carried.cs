namespace SecureStreams.Policy;

/// <summary>An attribute that a typed member of the model carries.</summary>
/// <typeparam name="TParts">What gathers the values of the part of the model that it belongs to.</typeparam>
/// <param name="set">Puts a checked value there; every name in it is known to resolve.</param>
internal sealed class PolicyAttributeInfo<TParts>(Action<TParts, PolicyValue> set) : PolicyAttributeInfo
{
    public void Set(TParts parts, PolicyValue value) => set(parts, value);
}
